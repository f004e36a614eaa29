// Fingers, mouse and wheel on a canvas: pan, pinch, wheel, and a tap where nothing moved.
const SLOP = 8;

/**
 * `on.tap(x, y, event)`, `on.hover(x, y)` (null: away), `on.moved()`; `on.drag(x, y, event)` may return a function that takes
 * the pointer's moves (dx, dy, event) in place of panning, and is called with null at the end.
 */
export function follow(canvas, view, on, signal) {
  const pointers = new Map(); // id -> {x, y}
  let moved = false;
  let taking = null;
  const options = { signal };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    const at = place(event);
    pointers.set(event.pointerId, at);
    if (pointers.size > 1) {
      // A second finger: what the first began is a pinch.
      taking?.(null);
      taking = null;
      moved = true;
      return;
    }
    moved = false;
    taking = event.button === 0 ? (on.drag?.(at.x, at.y, event) ?? null) : null;
  }, options);

  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    const now = place(event);
    if (!before) {
      if (event.pointerType === "mouse") on.hover?.(now.x, now.y);
      return;
    }
    if (!moved && Math.hypot(now.x - before.x, now.y - before.y) < SLOP) return;
    if (!moved) canvas.setPointerCapture(event.pointerId);
    moved = true;
    if (pointers.size === 1 && taking) taking(now.x - before.x, now.y - before.y, event);
    else if (pointers.size === 1) {
      if (event.pointerType === "mouse" || !view.isWhole) view.pan(now.x - before.x, now.y - before.y);
      on.moved();
    } else pinch(before, now, event.pointerId);
    pointers.set(event.pointerId, now);
  }, options);

  const pinch = (before, now, id) => {
    const [other] = [...pointers].filter(([one]) => one !== id).map(([, at]) => at);
    const far = Math.hypot(before.x - other.x, before.y - other.y);
    const farther = Math.hypot(now.x - other.x, now.y - other.y);
    view.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    if (far > 0) view.zoom(farther / far, (now.x + other.x) / 2, (now.y + other.y) / 2);
    on.moved();
  };

  const up = (event) => {
    const at = pointers.get(event.pointerId);
    if (!pointers.delete(event.pointerId)) return;
    taking?.(null, 0, event);
    taking = null;
    if (!moved && event.type === "pointerup" && event.button === 0) on.tap(at.x, at.y, event);
  };
  canvas.addEventListener("pointerup", up, options);
  canvas.addEventListener("pointercancel", up, options);
  canvas.addEventListener("pointerleave", () => on.hover?.(null), options);

  canvas.addEventListener("wheel", (event) => {
    // A page that scrolls past a map must not be caught by it: it zooms once somebody is in it.
    if (!event.ctrlKey && document.activeElement !== canvas && view.isWhole && event.deltaY > 0) return;
    event.preventDefault();
    const at = place(event);
    const pixels = event.deltaY * (event.deltaMode === 1 ? 16 : 1);
    view.zoom(Math.exp(-Math.max(-200, Math.min(200, pixels)) / (event.ctrlKey ? 100 : 300)), at.x, at.y);
    on.moved();
  }, { signal, passive: false });
}
