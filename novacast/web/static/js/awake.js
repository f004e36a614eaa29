// A ticket that is shown at a door: the screen stays on for as long as the page is looked at.
let lock = null;

async function hold() {
  if (lock !== null || document.visibilityState !== "visible" || !navigator.wakeLock) return;
  try {
    lock = await navigator.wakeLock.request("screen");
    lock.addEventListener("release", () => { lock = null; });
  } catch {
    // Low battery, or not over https: then it goes out when it goes out.
  }
}

document.addEventListener("visibilitychange", hold);
hold();
