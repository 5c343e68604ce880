// curve is a slider for α under the accuracy along the curve.
function curve(box) {
  const [low, high] = config.range, width = 460, height = 170, top = 12, bottom = 24;
  const known = config.scored.map(p => p[1]);
  let least = Math.min(1, ...known), most = Math.max(0, ...known);
  if (!known.length) { least = 0; most = 1; }
  least = Math.max(0, least - 0.25); // room for what is outside
  most = Math.min(1, most + 0.1 * (most - least));
  const x = a => (a - low) / (high - low) * width;
  const y = v => top + (most - Math.min(Math.max(v, least), most)) / (most - least) * (height - top - bottom);
  const svg = draw('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
  svg.append(draw('rect', { class: 'gx-outside', x: 0, y: top, width: x(0), height: height - top - bottom }),
    draw('rect', { class: 'gx-outside', x: x(1), y: top, width: width - x(1), height: height - top - bottom }));
  for (const a of [-0.5, 0, 0.5, 1, 1.5]) svg.append(draw('text', { x: x(a), y: height - 8, 'text-anchor': a == low ? 'start' : a == high ? 'end' : 'middle' }, String(a).replace('-', '−')));
  if (known.length) {
    svg.append(draw('polyline', { class: 'gx-line', points: config.scored.map(([a, v]) => x(a) + ',' + y(v)).join(' ') }),
      draw('text', { x: 2, y: 11 }, `accuracy, ${percent(least)} to ${percent(most)}; line: all test images of the run`));
  }
  const dots = draw('g'), here = draw('circle', { class: 'gx-here', r: 7 }), upright = draw('line', { class: 'gx-line', 'stroke-dasharray': '2 3', y1: top, y2: height - bottom });
  svg.append(dots, upright, here);
  const slider = make('input', { type: 'range', min: low, max: high, step: 0.01, 'aria-label': 'α, the point of the curve' });
  const number = make('input', { type: 'number', min: low, max: high, step: 0.01, 'aria-label': 'α' });
  slider.oninput = () => { place.alpha = Number(slider.value); move(); };
  number.onchange = () => { if (number.value != '' && isFinite(number.value)) { place.alpha = Number(number.value); move(); } };
  box.append(svg, slider, make('label', {}, 'α = ', number, ' on the curve from 0 to 1'));
  svg.style.cursor = 'pointer';
  draggable(svg, e => {
    const r = svg.getBoundingClientRect();
    place.alpha = Math.round(100 * (low + (e.clientX - r.left) / r.width * (high - low))) / 100;
    place.alpha = Math.min(Math.max(place.alpha, low), high);
    move();
  });
  parts.draw = () => {
    if (document.activeElement != number) number.value = place.alpha;
    slider.value = place.alpha;
    slider.setAttribute('aria-valuetext', `α = ${place.alpha}`);
    remember(dots, a => draw('circle', { class: 'gx-been', r: 2.5, cx: x(a.alpha), cy: y(a.accuracy) }));
    const accuracy = shown.scores && shown.place.alpha == place.alpha ? shown.scores[0] : interpolated(place.alpha);
    here.setAttribute('cx', Math.min(Math.max(x(place.alpha), 4), width - 4));
    here.setAttribute('cy', y(accuracy ?? (least + most) / 2));
    here.classList.toggle('gx-out', place.alpha < 0 || place.alpha > 1);
    upright.setAttribute('x1', x(place.alpha));
    upright.setAttribute('x2', x(place.alpha));
  };
}

function interpolated(a) {
  const p = config.scored;
  if (!p.length) return null;
  for (let i = 1; i < p.length; i++) if (a <= p[i][0] && a >= p[i - 1][0]) return p[i - 1][1] + (a - p[i - 1][0]) / (p[i][0] - p[i - 1][0]) * (p[i][1] - p[i - 1][1]);
  return a < p[0][0] ? p[0][1] : p[p.length - 1][1];
}
