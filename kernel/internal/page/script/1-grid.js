// The numbers of the page and the grid on which they were measured. A place has the
// coordinates x and, in a triangle, y: 0 and 1 are where the shape begins and ends, and
// beyond lies the margin.
const find = id => document.getElementById(id);
const numbers = JSON.parse(find("numbers").textContent);
const flat = numbers.kind === "triangle";
const cells = numbers.side - 1, inner = cells - 2 * numbers.margin;
const lowest = -numbers.margin / inner, highest = 1 - lowest;
const clamp = (v, low, high) => Math.min(Math.max(v, low), high);

// around returns the measured points beside a place, as [number of the point, share]:
// bilinear interpolation, so that a measured point has itself alone.
function around(x, y) {
  const axis = c => {
    const at = clamp((c - lowest) * inner, 0, cells), i = Math.min(Math.floor(at), cells - 1);
    return [[i, 1 - (at - i)], [i + 1, at - i]];
  };
  const shares = [];
  for (const [row, a] of flat ? axis(y) : [[0, 1]]) {
    for (const [column, b] of axis(x)) {
      if (a * b > 1e-6) shares.push([row * numbers.side + column, a * b]);
    }
  }
  return shares;
}

// mean is a quantity at a place, from its values at the points around.
function mean(values, shares) {
  let sum = 0, all = 0;
  for (const [k, share] of shares) {
    sum += share * values[k];
    all += share;
  }
  return sum / all;
}

// coefficients are how much of each corner is in the point at (x, y).
const coefficients = (x, y) => flat ? [1 - x - y / 2, x - y / 2, y] : [1 - x, x];

// placeOf is where the point with coefficients of a triangle's corners lies.
const placeOf = c => ({ x: c[1] + c[2] / 2, y: c[2] });

const isInside = (x, y) => coefficients(x, y).every(c => c > -1e-9);

// The quantities: what they are called, and how one writes them.
const quantities = {
  accuracy: { name: "accuracy", write: v => (100 * v).toFixed(1) + " %" },
  loss: { name: "loss", write: v => v.toFixed(3) },
  ece: { name: "calibration error", write: v => (100 * v).toFixed(1) + " %" },
};
for (const [key, q] of Object.entries(quantities)) {
  q.values = numbers[key];
  if (!q.values) {
    delete quantities[key];
    continue;
  }
  q.least = Math.min(...q.values);
  q.most = Math.max(...q.values);
}
