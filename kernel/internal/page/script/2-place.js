// Where the point is, and everything that follows it.
const middle = flat ? { x: 0.5, y: 1 / 3 } : { x: 0.5, y: 0 };
const here = { ...middle };
// Which the map shows. What was chosen before a page was loaded anew, a browser may choose again.
let quantity = document.querySelector("input[name=quantity]:checked").value;
const followers = [];      // called after each move

// move takes the point to a place, or to the nearest on the map.
function move(x, y) {
  // To the nearest fifth of a step where that is within rounding, so that one who comes
  // back to a measured point is on it.
  const settle = v => {
    const fine = 5 * inner, near = Math.round(v * fine) / fine;
    return Math.abs(v - near) < 1e-6 ? near : v;
  };
  here.x = settle(clamp(x, lowest, highest));
  here.y = flat ? settle(clamp(y, lowest, highest)) : 0;
  for (const follow of followers) follow();
}

// step moves by so many steps of the grid, from measured point to measured point; from
// between two, whole steps go to the next in their direction.
const step = (columns, rows) => {
  const along = (v, n) => {
    if (n === 0 || !Number.isInteger(n)) return v + n / inner;
    const at = v * inner;
    return ((n > 0 ? Math.floor(at + 1e-6) : Math.ceil(at - 1e-6)) + n) / inner;
  };
  move(along(here.x, columns), along(here.y, rows));
};

// toStep is the direction of an arrow key in steps of the grid, null of another key.
function toStep(event) {
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 5], PageDown: [0, -5] };
  const by = arrows[event.key];
  if (!by || event.ctrlKey || event.altKey || event.metaKey) return null;
  return event.shiftKey ? by.map(n => n / 5) : by;
}

// where is the place in words.
function where() {
  const at = coefficients(here.x, here.y);
  if (!flat) return `${numbers.letter} = ${(Math.round(1000 * here.x) / 1000 || 0).toFixed(3).replace(/0$/, "")}`;
  return numbers.corners.map((name, i) => `${name} ${Math.round(100 * at[i]) || 0} %`).join(", ");
}

const side = () => isInside(here.x, here.y) ? `inside the ${numbers.shape}` : `outside the ${numbers.shape}`;

followers.push(() => {
  const shares = around(here.x, here.y);
  find("where").textContent = where();
  find("side").textContent = side();
  find("side").classList.toggle("outside", !isInside(here.x, here.y));
  find("measured").textContent = shares.length === 1 ? `Measured at this point, on ${numbers.tested}.`
    : `Interpolated between the ${shares.length} measured points around it, on ${numbers.tested}.`;
  for (const [key, q] of Object.entries(quantities)) find(key).textContent = q.write(mean(q.values, shares));
});

// What a screen reader hears, once the point rests.
let rest;
followers.push(() => {
  clearTimeout(rest);
  rest = setTimeout(() => {
    const shares = around(here.x, here.y);
    const scores = Object.values(quantities).map(q => `${q.name} ${q.write(mean(q.values, shares))}`);
    find("said").textContent = `${where()}, ${side()}: ${scores.join(", ")}${shares.length > 1 ? ", interpolated" : ""}.`;
  }, 400);
});
