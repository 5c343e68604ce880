// One slide at a time. Without this script they stand one below the other.
(() => {
	const slides = [...document.querySelectorAll("main > section")];
	if (!slides.length) return; // of a notebook of empty cells
	const at = document.getElementById("at");
	let now = 0;
	const show = (i, told = true) => {
		now = Math.max(0, Math.min(slides.length - 1, i));
		slides.forEach((s, k) => { s.hidden = k !== now; });
		at.textContent = `${now + 1} / ${slides.length}`;
		before.disabled = now === 0;
		after.disabled = now === slides.length - 1;
		if (told) {
			history.replaceState(null, "", "#" + (now + 1));
			slides[now].focus({ preventScroll: true });
		}
		scrollTo(0, 0);
	};
	const before = document.getElementById("before"), after = document.getElementById("after");
	before.onclick = () => show(now - 1);
	after.onclick = () => show(now + 1);
	addEventListener("keydown", e => {
		if (e.ctrlKey || e.altKey || e.metaKey) return;
		if (e.key === " " && e.target.closest("button, summary, a")) return;
		if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(e.key) && scrolls(around(e.target))) return;
		const step = { ArrowRight: 1, PageDown: 1, " ": e.shiftKey ? -1 : 1, ArrowLeft: -1, PageUp: -1, Home: -Infinity, End: Infinity }[e.key];
		if (step === undefined) return;
		e.preventDefault();
		show(step === -Infinity ? 0 : step === Infinity ? slides.length - 1 : now + step);
	});
	let from = null; // of a finger
	addEventListener("touchstart", e => { from = e.touches.length === 1 ? e.touches[0] : null; }, { passive: true });
	addEventListener("touchend", e => {
		if (visualViewport?.scale > 1.01) return; // zoomed in, the finger moves what is seen of the slide
		if (!from || scrolls(around(from.target))) return; // that is moved itself
		const x = e.changedTouches[0].clientX - from.clientX, y = e.changedTouches[0].clientY - from.clientY;
		if (Math.abs(x) > 60 && Math.abs(x) > 2 * Math.abs(y)) show(now + (x < 0 ? 1 : -1));
	}, { passive: true });
	const asked = () => (parseInt(location.hash.slice(1), 10) || 1) - 1;
	addEventListener("hashchange", () => show(asked()));
	document.documentElement.classList.add("shown");
	show(asked(), false);
})();
