// What the network at the point takes each photograph for: its three likeliest classes.
const most = 3;
const cards = numbers.photographs.map((photograph, i) => {
  const list = find("guesses" + i), rows = [];
  for (let k = 0; k < Math.min(most, photograph.classes.length); k++) {
    const row = document.createElement("li");
    const [name, bar, share] = ["name", "bar", "share"].map(kind => {
      const span = document.createElement("span");
      span.className = kind;
      return row.appendChild(span);
    });
    const fill = bar.appendChild(document.createElement("span"));
    bar.setAttribute("aria-hidden", "true");
    list.append(row);
    rows.push({ row, name, fill, share });
  }
  return { photograph, rows, verdict: find("verdict" + i) };
});

// probabilities are those of a photograph's classes at a place, the likeliest first.
function probabilities(photograph, shares) {
  const n = photograph.classes.length;
  const all = photograph.classes.map((label, c) => {
    let p = 0;
    for (const [k, share] of shares) p += share * photograph.likely[k * n + c] / 1000;
    return { label, p };
  });
  return all.sort((a, b) => b.p - a.p || a.label - b.label);
}

followers.push(() => {
  const shares = around(here.x, here.y);
  for (const { photograph, rows, verdict } of cards) {
    const guesses = probabilities(photograph, shares), right = guesses[0].label === photograph.label;
    rows.forEach(({ row, name, fill, share }, k) => {
      const { label, p } = guesses[k];
      name.title = name.textContent = label < 0 ? "another class" : numbers.classes[label]; // which may be cut off
      row.classList.toggle("true", label === photograph.label);
      fill.style.width = 100 * p + "%";
      share.textContent = p < 0.005 ? "0 %" : Math.round(100 * p) + " %";
    });
    verdict.textContent = right ? "✓ right" : "✗ wrong";
    verdict.classList.toggle("wrong", !right);
  }
});

followers.push(place);
redraw();
move(middle.x, middle.y);
// Its place may become another, and the reader's letters, which the whole page follows.
const fits = new ResizeObserver(() => { if (map.clientWidth !== width || unitNow() !== unit) redraw(); });
for (const e of [map, document.body]) fits.observe(e);
// Where the table is wider than its place it can be scrolled, by keys too.
const table = document.querySelector(".wide");
new ResizeObserver(() => { table.tabIndex = table.scrollWidth > table.clientWidth ? 0 : -1; }).observe(table);
document.documentElement.classList.add("ready");
