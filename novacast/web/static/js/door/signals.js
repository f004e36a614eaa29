// Verdicts for ears and hands, so that nobody has to look at a screen: rising is yes, low is no.
const TONES = {
  good: [[660, 0, 0.09], [990, 0.1, 0.16]],
  leave: [[660, 0, 0.09], [440, 0.1, 0.16]],
  bad: [[196, 0, 0.18], [165, 0.22, 0.34]],
  warn: [[330, 0, 0.12], [330, 0.18, 0.12]],
};
const BUZZ = { good: [60], leave: [60], bad: [250, 80, 250], warn: [120, 80, 120] };
let context = null;

/** Browsers let nothing sound before somebody has touched the page. */
export function wake() {
  context ??= "AudioContext" in globalThis ? new AudioContext() : null;
  if (context?.state === "suspended") context.resume().catch(() => {});
}

export function signal(kind, sound) {
  navigator.vibrate?.(BUZZ[kind]);
  if (!sound || context?.state !== "running") return;
  for (const [frequency, at, seconds] of TONES[kind]) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    const begin = context.currentTime + at;
    tone.type = kind === "bad" ? "sawtooth" : "sine";
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.4, begin);
    volume.gain.exponentialRampToValueAtTime(0.001, begin + seconds);
    tone.connect(volume).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + seconds);
  }
}
