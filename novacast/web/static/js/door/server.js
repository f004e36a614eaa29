// The house as a device at a door speaks to it.
const API = "/api/v1/door";
/** Nobody waits longer at a gate: then the device decides by itself. */
export const PATIENCE_MS = 1500;
const LONG_MS = 20_000;

export class Away extends Error {}
export class Revoked extends Error {}
export class Refused extends Error {}

export class Server {
  token = "";

  async pair(code) {
    const answer = await this.#ask("POST", "/pairing", { code });
    this.token = answer.token;
    return answer;
  }

  /** With `offset`: milliseconds that are missing from this device's clock. */
  async picture() {
    const began = Date.now();
    const answer = await this.#ask("GET", "/picture");
    return { ...answer, offset: Math.round(answer.now - (began + Date.now()) / 2) };
  }

  scan(scan) {
    return this.#ask("POST", "/scans", scan, PATIENCE_MS);
  }

  async deliver(scans) {
    return (await this.#ask("POST", "/deliveries", { sent_at: Date.now(), scans })).items;
  }

  async find(words) {
    return (await this.#ask("GET", `/tickets?${new URLSearchParams({ q: words })}`)).items;
  }

  async incidents() {
    return (await this.#ask("GET", "/incidents")).items;
  }

  leave() {
    return this.#ask("DELETE", "/pairing");
  }

  /** Raises Away where the network or the house is, Revoked, or Refused with what the house says. */
  async #ask(method, path, body, patience = LONG_MS) {
    const headers = { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) };
    if (this.token && path !== "/pairing" || method === "DELETE") headers.Authorization = `Bearer ${this.token}`;
    let response;
    let answer = null;
    try {
      const options = { method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit" };
      response = await fetch(API + path, { ...options, signal: AbortSignal.timeout(patience) });
      if (response.status !== 204) answer = await response.json();
    } catch {
      throw new Away();
    }
    if (response.status === 401) throw new Revoked(answer?.detail);
    if (response.status >= 500) throw new Away();
    if (!response.ok) throw new Refused(answer?.detail);
    return answer;
  }
}
