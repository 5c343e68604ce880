// triangle is a point to drag over the plane through three endpoints.
function triangle(box) {
  const { bx, cx, cy } = config.plane, margin = 0.45 * Math.max(bx, cy);
  const left = Math.min(0, cx) - margin, right = Math.max(bx, cx) + margin, low = -margin, high = cy + margin;
  const scale = 460 / (right - left), width = 460, height = (high - low) * scale;
  const X = x => (x - left) * scale, Y = y => (high - y) * scale;
  const svg = draw('svg', { viewBox: `0 0 ${width} ${height}` });
  let range = null;
  if (config.map) {
    const m = config.map, dx = m.x[1] - m.x[0], dy = m.y[1] - m.y[0], all = m.z.flat();
    range = [Math.min(...all), Math.max(...all)];
    const map = draw('g', { class: 'gx-map' });
    m.z.forEach((row, i) => row.forEach((z, j) => map.append(draw('rect', {
      x: X(m.x[j] - dx / 2), y: Y(m.y[i] + dy / 2), width: dx * scale + 0.5, height: dy * scale + 0.5,
      fill: color((z - range[0]) / (range[1] - range[0] || 1)) }))));
    svg.append(map, draw('text', { x: 2, y: 11 }, `the run’s accuracy map${m.images ? `, ${m.images} test images` : ''}, ${percent(range[0])} (dark) to ${percent(range[1])} (bright)`));
    parts.map = map;
    const off = (v, axis) => v < axis[0] || v > axis[axis.length - 1];
    parts.beyond = () => map.style.display != 'none' && (off(place.x, m.x) || off(place.y, m.y));
  }
  const corner = [[0, 0], [bx, 0], [cx, cy]], names = [];
  svg.append(draw('polygon', { points: corner.map(([x, y]) => X(x) + ',' + Y(y)).join(' '), fill: 'none', stroke: '#fff', 'stroke-width': 4, opacity: 0.7 }),
    draw('polygon', { class: 'gx-line', points: corner.map(([x, y]) => X(x) + ',' + Y(y)).join(' ') }));
  corner.forEach(([x, y], i) => {
    const name = draw('text', { x: X(x), y: Y(y) + (i == 2 ? -8 : 18), 'text-anchor': 'middle', style: 'paint-order: stroke; stroke: var(--jp-layout-color0, #fff); stroke-width: 4px' });
    names.push(name);
    svg.append(name);
  });
  const dots = draw('g'), here = draw('circle', { class: 'gx-here', r: 9, tabindex: 0, role: 'slider', 'aria-label': 'the point of the triangle; arrow keys move it, 1, 2 and 3 put it on an endpoint, M in the middle',
    'aria-valuemin': 0, 'aria-valuemax': 1, 'aria-valuenow': 0 });
  svg.append(dots, here);
  const put = (x, y) => {
    place.x = Math.min(Math.max(x, left), right);
    place.y = Math.min(Math.max(y, low), high);
    move();
  };
  draggable(svg, e => {
    if (e.type == 'pointerdown') {
      here.focus({ preventScroll: true }); // else the page moves, and another place is under the pointer
      e.preventDefault();
    }
    const r = svg.getBoundingClientRect();
    put(left + (e.clientX - r.left) / r.width * (right - left), high - (e.clientY - r.top) / r.height * (high - low));
  });
  here.onkeydown = e => {
    if (e.ctrlKey || e.altKey || e.metaKey) return; // the browser's, or JupyterLab's
    const step = (e.shiftKey ? 0.1 : 0.02) * bx;
    const to = { ArrowLeft: [place.x - step, place.y], ArrowRight: [place.x + step, place.y], ArrowUp: [place.x, place.y + step], ArrowDown: [place.x, place.y - step],
      1: corner[0], 2: corner[1], 3: corner[2], m: [(bx + cx) / 3, cy / 3], M: [(bx + cx) / 3, cy / 3] }[e.key];
    if (!to) return;
    put(...to);
    e.preventDefault();
  };
  box.append(svg);
  const choices = [];
  if (config.endpoints > 3) {
    const line = make('div', {}, 'corners: ');
    for (const i of [0, 1, 2]) {
      const select = make('select', { 'aria-label': 'corner ' + (i + 1) });
      for (let k = 0; k < config.endpoints; k++) select.append(make('option', { value: k }, 'endpoint ' + (k + 1)));
      select.onchange = () => {
        const other = place.corners.indexOf(Number(select.value)); // two change places
        const corners = [...place.corners];
        if (other >= 0) corners[other] = corners[i];
        corners[i] = Number(select.value);
        place.corners = corners;
        been.length = 0;
        move();
      };
      choices.push(select);
      line.append(select, ' ');
    }
    box.append(line);
  }
  parts.draw = () => {
    names.forEach((name, i) => { name.textContent = 'endpoint ' + (place.corners[i] + 1); });
    choices.forEach((select, i) => { select.value = place.corners[i]; });
    if (parts.map) parts.map.style.display = place.corners.every((c, i) => c == i) ? '' : 'none';
    remember(dots, a => draw('circle', { class: 'gx-been', r: 3, cx: X(a.x), cy: Y(a.y) }));
    here.setAttribute('cx', X(place.x));
    here.setAttribute('cy', Y(place.y));
    here.classList.toggle('gx-out', !shown.inside);
    here.setAttribute('aria-valuetext', (shown.inside ? 'inside, ' : 'outside, ') + shown.words);
  };
}
