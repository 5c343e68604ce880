const root = [...document.querySelectorAll('#' + config.id)].filter(e => !e.dataset.started).pop();
if (!root) return;
root.dataset.started = 'yes';
const me = Math.random().toString(36).slice(2);
const state = root.querySelector('.gx-state');
const svgName = 'http://www.w3.org/2000/svg';

function make(name, attributes = {}, ...children) {
  const e = attributes.svg ? document.createElementNS(svgName, name) : document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) if (k != 'svg') e.setAttribute(k, v);
  e.append(...children);
  return e;
}
const draw = (name, attributes = {}, ...children) => make(name, { svg: true, ...attributes }, ...children);
const percent = p => (100 * p).toFixed(p < 0.9995 && p >= 0.0005 ? 1 : 0) + ' %';
const tell = text => { state.textContent = text; };

// What the reader has chosen, and what the cell has said last.
const place = { ...config.start.place };
let how = config.start.how, shown = config.start, dead = false;

let say = null, asked = 0, sentAt = 0, next = false;

function over(why) {
  dead = true;
  root.classList.add('gx-dead');
  root.querySelectorAll('input, select, button').forEach(e => { e.disabled = true; });
  root.querySelectorAll('[tabindex]').forEach(e => e.removeAttribute('tabindex'));
  tell(why + ' This figure is not alive any more: run the cell again to move the point.');
}

// One question at a time: a move made meanwhile replaces the one that waits.
function move() {
  show();
  if (sentAt) { next = true; return; }
  if (say({ move: { by: me, n: ++asked, place: { ...place }, how } })) sentAt = performance.now();
}

function heard(answer) {
  if (!parts) build();
  if (answer.n === undefined || answer.n == shown.n && answer.by == shown.by) return; // said again
  shown = answer;
  if (answer.by == me && answer.n == asked) {
    root.dataset.ms = (performance.now() - sentAt).toFixed(1);
    root.dataset.answered = answer.n;
  }
  sentAt = 0; // also where another page was quicker, whose move took the place of this one's
  if (next) { next = false; return move(); }
  Object.assign(place, answer.place);
  how = answer.how;
  show();
}

// --- what is to be seen ---------------------------------------------------------

let parts = null;
const been = [];

function build() {
  root.classList.add('gx-live');
  root.querySelector('.gx-still')?.remove();
  const left = make('div', { class: 'gx-move' }), right = make('div', { class: 'gx-say' }), photos = make('div', { class: 'gx-photos' });
  parts = { rows: {}, guesses: [], mark: make('span', { class: 'gx-mark' }) };
  (config.plane ? triangle : curve)(left);

  const table = make('table', {}, make('tr', {}, make('th'), make('th', { scope: 'col' }, 'here'), make('th', { scope: 'col' }, 'midpoint')));
  for (const [i, name] of ['accuracy', 'loss', 'ECE'].entries()) {
    const here = make('td', { class: 'gx-' + name });
    table.append(make('tr', {}, make('th', { scope: 'row' }, name), here, make('td', {}, score(config.start, i))));
    parts.rows[i] = here;
  }
  const choice = make('fieldset', {}, make('legend', {}, 'batch norm’s statistics at the point'));
  for (const [value, words] of [['re-estimated', `re-estimated on ${config.reestimate} training images`], ['interpolated', 'interpolated from points that have some']]) {
    const radio = make('input', { type: 'radio', name: config.id + me, value });
    radio.disabled = value == 're-estimated' && !config.reestimate;
    radio.onchange = () => { how = value; been.length = 0; move(); };
    choice.append(make('label', { class: radio.disabled ? 'gx-been' : '' }, radio, ' ' + (radio.disabled ? 're-estimated: the training images are not on this machine' : words)), make('br'));
  }
  parts.choice = choice;
  const done = make('button', { type: 'button' }, 'Done');
  done.onclick = () => { say({ done: true }); tell('Leaving a picture of the last state …'); };
  right.append(make('div', {}, parts.mark), config.tests ? table : make('p', {}, 'No scores: the test images are not on this machine.'), choice, done);

  for (const photo of config.photos) {
    const guesses = [0, 1, 2].map(() => make('div', { class: 'gx-guess' }, make('i'), make('span', { class: 'gx-class' }), make('span')));
    parts.guesses.push(guesses);
    photos.append(make('figure', {}, make('img', { src: photo.src, alt: 'a test image: ' + config.classes[photo.label] }),
      make('figcaption', {}, make('b', {}, config.classes[photo.label]), ...guesses)));
  }
  root.append(make('div', { class: 'gx-parts' }, left, right), photos);
  connectPlace(left);
  root.addEventListener('keydown', e => { if (ours(e)) e.stopPropagation(); });
  tell('Alive. Move the point; Done, Stop (■) or running another cell ends it.');
}

const score = (answer, i) => !answer.scores ? '–' : i == 1 ? answer.scores[1].toFixed(3) : percent(answer.scores[i]);

// fill writes a guess: the name of a class, which may be cut off where it is long, and beside
// it the number, which is not.
function fill(line, name, number, p) {
  const [bar, left, right] = line.children;
  bar.style.width = 100 * p + '%';
  left.textContent = left.title = name;
  right.textContent = number;
}

let quiet = 0;
function show() {
  if (!parts) return;
  parts.draw();
  const out = !shown.inside;
  parts.mark.textContent = (out ? 'outside: ' : 'inside: ') + shown.words + (parts.beyond?.() ? ', beyond the map' : '');
  parts.mark.classList.toggle('gx-out', out);
  for (const i of [0, 1, 2]) parts.rows[i].textContent = score(shown, i);
  parts.choice.querySelectorAll('input').forEach(r => { r.checked = r.value == how; });
  if (!shown.top) parts.guesses.flat().forEach(line => { // those of another point
    fill(line, '–', '', 0);
  });
  shown.top?.forEach((top, k) => top.forEach(([c, p], j) => {
    const line = parts.guesses[k][j];
    line.classList.toggle('gx-true', c == config.photos[k].label);
    fill(line, config.classes[c], percent(p), p);
  }));
  clearTimeout(quiet); // a screen reader is told when the point rests
  quiet = setTimeout(() => {
    if (dead) return;
    const numbers = shown.scores ? `: accuracy ${score(shown, 0)}, loss ${score(shown, 1)}, ECE ${score(shown, 2)}` : '';
    tell(shown.error ? 'Nothing to see here: ' + shown.error : shown === config.start ? state.textContent
      : parts.mark.textContent + numbers + (root.dataset.ms ? ` (${Math.round(root.dataset.ms)} ms)` : ''));
  }, 400);
}

// draggable has what follows the pointer follow it from a press of the first button on. A menu's
// button moves nothing, nor does a drag that began elsewhere, such as over text to select it.
function draggable(svg, follow) {
  svg.onpointerdown = e => {
    if (e.button) return;
    svg.setPointerCapture(e.pointerId);
    follow(e);
  };
  svg.onpointermove = e => { if (svg.hasPointerCapture(e.pointerId)) follow(e); };
}

// color of a value in the map, 0 to 1.
function color(t) {
  const at = Math.min(Math.max(t, 0), 1) * (config.colors.length - 1);
  return config.colors[Math.round(at)];
}

// remember leaves a dot where the point has been.
function remember(dots, dot) {
  const last = been[been.length - 1];
  if (shown.scores && (!last || last.n != shown.n || last.by != shown.by)) {
    been.push({ n: shown.n, by: shown.by, ...shown.place, accuracy: shown.scores[0] });
    if (been.length > 400) been.shift();
    dots.replaceChildren(...been.map(dot));
  }
  if (!been.length) dots.replaceChildren();
}

// ours reports whether a key press is meant for the figure: JupyterLab is not to take it. That
// holds wherever in the figure the focus is, for JupyterLab makes a heading of the cell by 1 and
// text by M. All else is JupyterLab's, as everywhere in a notebook: Ctrl+S saves it, Shift+Enter
// runs the next cell, I twice stops this one.
const keys = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown', ' ', '1', '2', '3', 'm', 'M']);
function ours(e) {
  const typing = e.target.matches('input[type=number]');
  if (e.ctrlKey || e.altKey || e.metaKey) { // to undo what was typed here is not to undo what was done to cells
    return typing && !e.altKey && /^[yz]$/i.test(e.key);
  }
  return keys.has(e.key) || e.key.length == 1 && (typing || e.target.matches('select'));
}

// connectPlace keeps JupyterLab from taking presses of the mouse that are meant for the figure.
function connectPlace(box) {
  for (const kind of ['pointerdown', 'mousedown', 'contextmenu']) box.addEventListener(kind, e => e.stopPropagation());
  show();
}

tell('Looking for the cell …');
say = liveCell(config.kernel, config.comm, { heard, over, lookedAt: () => root.isConnected });
if (!say) tell('This figure moves in JupyterLab or Jupyter Notebook, while its cell runs; this page shows how it began.');
