// Scanners that type. They send keys, not letters: where scanner and system disagree on the keyboard's layout, letters come out
// wrong. So the keys are read by each layout that scanners know, and whoever asks looks which reading is signed.
const US = { Space: " ", Minus: "-", Period: ".", Slash: "/", NumpadSubtract: "-", NumpadAdd: "+", NumpadDecimal: ".", NumpadDivide: "/", NumpadMultiply: "*",
  "^Digit4": "$", "^Digit5": "%", "^Digit8": "*", "^Equal": "+", "^Semicolon": ":" };
const DE = { Space: " ", Slash: "-", Period: ".", BracketRight: "+", KeyY: "Z", KeyZ: "Y",
  "^Digit4": "$", "^Digit5": "%", "^Digit7": "/", "^BracketRight": "*", "^Period": ":", "^KeyY": "Z", "^KeyZ": "Y" };
const FR = { Space: " ", Digit6: "-", "^Comma": ".", Period: ":", "^Period": "/", BracketRight: "$", "^Quote": "%", Backslash: "*", "^Equal": "+",
  KeyQ: "A", KeyA: "Q", KeyW: "Z", KeyZ: "W", Semicolon: "M", "^KeyQ": "A", "^KeyA": "Q", "^KeyW": "Z", "^KeyZ": "W", "^Semicolon": "M" };
const LAYOUTS = [[US, false], [DE, false], [FR, true]];
/** Between two keys of one code. */
const GAP_MS = 300;
const MOST = 1000;

/** Call `read(readings)` with the possible texts of each code that is typed anywhere but into a field. */
export function listen(read) {
  let keys = [];
  let last = 0;
  const end = () => {
    const typed = keys;
    keys = [];
    if (typed.length > 3) read(readings(typed));
  };
  addEventListener("keydown", (event) => {
    if (event.target.closest?.("input, textarea, select, dialog") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.timeStamp - last > GAP_MS) keys = [];
    last = event.timeStamp;
    if (event.key === "Enter" || event.key === "Tab") {
      if (keys.length > 3) event.preventDefault();
      end();
    } else if ((event.key.length === 1 || event.key === "Dead") && keys.length < MOST) {
      // A code may hold spaces, which would press the button that has the focus.
      if (keys.length || event.key !== " ") event.preventDefault();
      keys.push({ key: event.key, code: event.code, shift: event.shiftKey });
    }
  });
}

export function readings(keys) {
  const texts = [keys.map(({ key }) => (key === "Dead" ? "" : key)).join("")];
  for (const [layout, shiftedDigits] of LAYOUTS) {
    texts.push(keys.map(({ code, shift, key }) => layout[(shift ? "^" : "") + code] ?? plain(code, shift, shiftedDigits) ?? key).join(""));
  }
  return [...new Set(texts)];
}

function plain(code, shift, shiftedDigits) {
  if (code.startsWith("Key")) return code[3];
  if (code.startsWith("Digit") && shift === shiftedDigits) return code[5];
  return /^Numpad\d$/.test(code) ? code[6] : undefined;
}
