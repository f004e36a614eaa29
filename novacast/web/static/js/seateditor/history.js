// What can be taken back, and taken back again. States are texts, so that nothing that is kept can change.
const MOST = 300;
/** Changes of one kind that follow each other so closely are taken back together: typing, holding an arrow key. */
const TOGETHER_MS = 800;

export class History {
  #states;
  #at = 0;
  #kind = "";
  #when = 0;

  constructor(state) {
    this.#states = [state];
  }

  /** `kind`: what was done, such as "move". */
  add(state, kind = "") {
    const now = performance.now();
    if (state === this.#states[this.#at]) return;
    const again = kind && kind === this.#kind && now - this.#when < TOGETHER_MS && this.#at > 0;
    this.#states.length = this.#at + (again ? 0 : 1);
    this.#states.push(state);
    if (this.#states.length > MOST) this.#states.shift();
    this.#at = this.#states.length - 1;
    [this.#kind, this.#when] = [kind, now];
  }

  get canUndo() {
    return this.#at > 0;
  }

  get canRedo() {
    return this.#at < this.#states.length - 1;
  }

  /** The state to go to, or null. */
  undo() {
    this.#kind = "";
    return this.canUndo ? this.#states[--this.#at] : null;
  }

  redo() {
    this.#kind = "";
    return this.canRedo ? this.#states[++this.#at] : null;
  }
}
