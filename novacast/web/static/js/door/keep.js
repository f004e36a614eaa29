// What survives a reload, a crash and a flat battery: the token, the last picture, how this device left each ticket, and what it
// has not delivered yet. Pages of one browser share it: what one decides is one transaction, which the other sees.
const NAME = "novacast-door";
/** Scans that wait for the network; an evening has fewer. */
export const MOST = 20_000;

export class Keep {
  #db;

  static async open() {
    const keep = new Keep();
    keep.#db = await new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("own");
        asked.result.createObjectStore("passed");
        asked.result.createObjectStore("queue", { autoIncrement: true });
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    return keep;
  }

  get(name) {
    return this.#run(["own"], "readonly", ({ own }) => own.get(name));
  }

  set(name, value) {
    return this.#run(["own"], "readwrite", ({ own }) => void own.put(value, name));
  }

  /** `judge(mine)` says {verdict, standing} by how this device left the ticket; that and `scan` are kept, or neither. */
  async decide(ordinal, judge, scan) {
    let made;
    await this.#run(["passed", "queue"], "readwrite", ({ passed, queue }) => {
      const asked = passed.get(ordinal ?? -1);
      asked.onsuccess = () => {
        made = judge(asked.result);
        if (made.standing !== undefined) passed.put(made.standing, ordinal);
        queue.add({ ...scan, passed: made.passed, verdict: made.verdict, ordinal });
      };
    });
    return made;
  }

  /** What the server wrote down of a scan of this device, until a picture that holds it is kept. */
  pass(ordinal, standing) {
    return this.#run(["passed"], "readwrite", ({ passed }) => void passed.put(standing, ordinal));
  }

  /** The oldest that wait, as [key, scan]. */
  async waiting(most) {
    let keys;
    const values = await this.#run(["queue"], "readonly", ({ queue }) => {
      keys = queue.getAllKeys(null, most);
      return queue.getAll(null, most);
    });
    return values.map((value, place) => [keys.result[place], value]);
  }

  count() {
    return this.#run(["queue"], "readonly", ({ queue }) => queue.count());
  }

  delivered(keys) {
    return this.#run(["queue"], "readwrite", ({ queue }) => keys.forEach((key) => queue.delete(key)));
  }

  /** A picture that holds all but what waits. */
  async settle(picture) {
    await this.#run(["own", "passed", "queue"], "readwrite", ({ own, passed, queue }) => {
      own.put(picture, "picture");
      const asked = queue.getAll();
      asked.onsuccess = () => {
        const waiting = new Set(asked.result.map(({ ordinal }) => ordinal));
        const keys = passed.getAllKeys();
        keys.onsuccess = () => keys.result.forEach((key) => waiting.has(key) || passed.delete(key));
      };
    });
  }

  /** Scans wait on, for whoever pairs this device again. */
  forget() {
    return this.#run(["own", "passed"], "readwrite", ({ own, passed }) => {
      own.clear();
      passed.clear();
    });
  }

  #run(names, mode, act) {
    return new Promise((resolve, reject) => {
      // Durable before anybody is let in by it.
      const transaction = this.#db.transaction(names, mode, { durability: mode === "readwrite" ? "strict" : "default" });
      const asked = act(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onabort = () => reject(transaction.error);
    });
  }
}
