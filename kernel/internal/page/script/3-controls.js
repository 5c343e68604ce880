// Sliders, buttons and the choice of what the map shows. Arrow keys go as far
// as on the map, on a line from measured point to measured point; with Shift a fifth.
const sliders = [...document.querySelectorAll("input[type=range]")];

// slide moves the point to where slider i says: on a line along it, in a triangle towards
// or away from corner i, while the others keep their ratio.
function slide(i, value) {
  if (!flat) return move(value, 0);
  const c = coefficients(here.x, here.y), rest = 1 - c[i];
  const ratio = c.map(v => Math.abs(rest) > 1e-6 ? v / rest : 0.5);
  const { x, y } = placeOf(c.map((_, j) => j === i ? value : (1 - value) * ratio[j]));
  // Not beyond the map's edge, which would bend the way: then the point stays.
  if (Math.min(x, y) >= lowest - 1e-9 && Math.max(x, y) <= highest + 1e-9) move(x, y);
  else for (const follow of followers) follow();
}

sliders.forEach((slider, i) => {
  slider.addEventListener("input", () => slide(i, Number(slider.value)));
  slider.addEventListener("keydown", event => {
    const by = toStep(event);
    if (!by) return;
    event.preventDefault();
    slide(i, (flat ? coefficients(here.x, here.y)[i] : here.x) + (by[0] + by[1]) / inner);
  });
});

followers.push(() => {
  const at = flat ? coefficients(here.x, here.y) : [here.x];
  sliders.forEach((slider, i) => {
    slider.value = at[i];
    slider.setAttribute("aria-valuetext", flat ? `${Math.round(100 * at[i]) || 0} %` : `${where()}, ${side()}`);
    if (flat) find("of" + i).textContent = `${Math.round(100 * at[i]) || 0} %`;
  });
});

for (const button of document.querySelectorAll("button[data-x]")) {
  button.addEventListener("click", () => move(Number(button.dataset.x), Number(button.dataset.y)));
}

for (const radio of document.querySelectorAll("input[name=quantity]")) {
  radio.addEventListener("change", () => {
    quantity = radio.value;
    redraw();
  });
}
