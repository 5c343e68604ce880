// What is wider than its place is scrolled sideways, with the arrow keys where it has the
// focus: Safari gives that to nothing of itself. What fits is no stop on the way.
const scrolls = box => box !== null && box.scrollWidth > box.clientWidth;
const around = e => e.closest("pre, .wide, math"); // what would be scrolled
(() => {
	const look = box => {
		const words = { role: "group", "aria-label": box.matches(".wide") ? "Wide table" : box.matches(".output pre") ? "Wide output" : "Wide code" };
		const more = box.matches("math") ? {} : words; // a formula says itself what it is
		for (const [name, value] of Object.entries({ tabindex: 0, ...more })) {
			if (scrolls(box)) box.setAttribute(name, value);
			else box.removeAttribute(name);
		}
	};
	const sees = new ResizeObserver(changed => changed.forEach(c => look(c.target)));
	document.querySelectorAll("pre, .wide, math[display=block]").forEach(box => sees.observe(box));
})();
