// The map: of a triangle the quantity as colour, of a curve as height. It is drawn to
// the width that it has, so that its letters have their size on a phone too.
const map = find("map"), picture = find("picture");
const colours = numbers.colours.map(c => [1, 3, 5].map(i => parseInt(c.slice(i, i + 2), 16)));
let width = 0, height = 0;

// What holds letters grows with them: they are as large as the reader has them. unit is 1
// where that is a browser's usual 16 pixels.
const unitNow = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
let unit = 1;
const frame = {}; // of a curve's drawing

// colour is that of t, 0 to 1, in the scale.
function colour(t) {
  const at = clamp(t, 0, 1) * (colours.length - 1), i = Math.min(Math.floor(at), colours.length - 2);
  return colours[i].map((c, k) => Math.round(c + (colours[i + 1][k] - c) * (at - i)));
}

// From a place to pixels of the drawing, and back.
const span = highest - lowest;
const toX = x => flat ? (x - lowest) / span * width : frame.left + (x - lowest) / span * (width - frame.left - frame.right);
const fromX = px => flat ? lowest + px / width * span : lowest + (px - frame.left) / (width - frame.left - frame.right) * span;
const toY = y => height - (y - lowest) / span * height;
const fromY = py => lowest + (height - py) / height * span;

function element(name, attributes, text) {
  const e = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  if (text) e.textContent = text;
  return picture.appendChild(e);
}

// paint colours the plane, a pixel for each of many places between measured points.
function paint() {
  const canvas = find("plane"), n = canvas.width, context = canvas.getContext("2d"), image = context.createImageData(n, n);
  const q = quantities[quantity], range = q.most - q.least || 1;
  for (let j = 0; j < n; j++) {
    for (let i = 0; i < n; i++) {
      const v = mean(q.values, around(lowest + span * i / (n - 1), highest - span * j / (n - 1)));
      image.data.set([...colour((v - q.least) / range), 255], 4 * (j * n + i));
    }
  }
  context.putImageData(image, 0, 0);
}

// paintScale draws the colours beside each other, from the least value to the most.
function paintScale() {
  const canvas = find("scale"), context = canvas.getContext("2d");
  for (let i = 0; i < canvas.width; i++) {
    context.fillStyle = `rgb(${colour(i / (canvas.width - 1))})`;
    context.fillRect(i, 0, 1, canvas.height);
  }
  const q = quantities[quantity];
  find("least").textContent = q.write(q.least);
  find("most").textContent = q.write(q.most);
}

function drawTriangle() {
  const corners = [[0, 0], [1, 0], [0.5, 1]].map(([x, y]) => [toX(x), toY(y)]);
  for (const kind of ["under", "edge"]) element("polygon", { points: corners.join(" "), class: kind });
  corners.forEach(([x, y], i) => {
    const label = { x, y: i < 2 ? y + 13 * unit + 4 : y - 8, "text-anchor": ["start", "end", "middle"][i] };
    element("text", { ...label, class: "halo" }, numbers.corners[i]);
    element("text", { ...label, class: "corner" }, numbers.corners[i]);
  });
}

// ticks are round numbers between two others, some four of them.
function ticks(least, most) {
  const rough = (most - least) / 4 || 1, power = 10 ** Math.floor(Math.log10(rough));
  const distance = [1, 2, 5, 10].find(n => n * power >= rough) * power, out = [];
  for (let k = Math.ceil(least / distance); k * distance <= most + 1e-12; k++) out.push(k * distance);
  return out;
}

const heightOf = v => {
  const q = quantities[quantity], range = q.most - q.least || 1;
  return height - frame.bottom - (v - q.least) / range * (height - frame.bottom - frame.top);
};

function drawCurve() {
  const q = quantities[quantity], bottom = height - frame.bottom, percent = quantity === "loss" ? 1 : 100;
  element("rect", { x: toX(lowest), y: frame.top, width: toX(0) - toX(lowest), height: bottom - frame.top, class: "beyond" });
  element("rect", { x: toX(1), y: frame.top, width: toX(highest) - toX(1), height: bottom - frame.top, class: "beyond" });
  for (const v of ticks(q.least * percent, q.most * percent)) {
    const y = heightOf(v / percent);
    element("line", { x1: frame.left, x2: width - frame.right, y1: y, y2: y, class: "grid" });
    element("text", { x: frame.left - 6, y: y + 4 * unit, "text-anchor": "end" }, Number(v.toPrecision(6)) + (percent > 1 ? " %" : ""));
  }
  const narrow = toX(0.25) - toX(0) < 48 * unit; // no room for a number at each
  for (const x of narrow ? [0, 0.5, 1] : [0, 0.25, 0.5, 0.75, 1]) {
    element("line", { x1: toX(x), x2: toX(x), y1: bottom, y2: bottom + 5, class: "axis" });
    element("text", { x: toX(x), y: bottom + 5 + 15 * unit, "text-anchor": "middle" }, x === 0.5 ? `${numbers.letter} = 0.5` : String(x));
  }
  element("line", { x1: frame.left, x2: width - frame.right, y1: bottom, y2: bottom, class: "axis" });
  const points = q.values.map((v, i) => [toX(lowest + i / inner), heightOf(v)].join());
  element("polyline", { points: points.join(" "), class: "curve" });
}

function redraw() {
  width = Math.max(map.clientWidth, 200); // it has none before the window has one
  unit = unitNow();
  Object.assign(frame, { left: 46 * unit, right: 12 * unit, top: 10 * unit, bottom: 30 * unit });
  height = flat ? Math.round(width * Math.sqrt(3) / 2) : 240 * unit;
  picture.setAttribute("viewBox", `0 0 ${width} ${height}`);
  picture.replaceChildren();
  find("shown").textContent = quantities[quantity].name;
  if (flat) {
    paint();
    paintScale();
    drawTriangle();
  } else {
    drawCurve();
    element("line", { id: "plumb", y1: frame.top, y2: height - frame.bottom, class: "plumb" });
  }
  element("circle", { id: "point", r: 9, class: "point" });
  place();
}

// place puts the point where it is.
function place() {
  const x = toX(here.x), v = mean(quantities[quantity].values, around(here.x, here.y));
  find("point").setAttribute("cx", x);
  find("point").setAttribute("cy", flat ? toY(here.y) : heightOf(v));
  if (!flat) for (const end of ["x1", "x2"]) find("plumb").setAttribute(end, x);
}

function follow(event) {
  const box = map.getBoundingClientRect();
  move(fromX((event.clientX - box.left) / box.width * width), flat ? fromY((event.clientY - box.top) / box.height * height) : 0);
}

map.addEventListener("pointerdown", event => {
  if (event.button) return;
  map.setPointerCapture(event.pointerId);
  follow(event);
});
map.addEventListener("pointermove", event => {
  if (map.hasPointerCapture(event.pointerId)) follow(event);
});
map.addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey) return; // the browser's: to the page's top, back
  const by = toStep(event);
  if (by) step(...by);
  else if (event.key === "Home") move(middle.x, middle.y);
  else return;
  event.preventDefault();
});
