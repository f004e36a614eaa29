/**
 * <nova-push data-on data-off data-denied data-without data-failed><p data-part="words"></p><button hidden><span></span></button></nova-push>
 * Allows and forbids this browser to tell its owner something while no page is open.
 */
class NovaPush extends HTMLElement {
  #button = this.querySelector("button");
  #words = this.querySelector("[data-part=words]");
  #subscription = null;

  async connectedCallback() {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
      this.#say("without");
      return;
    }
    this.#button.addEventListener("click", () => this.#turn());
    const worker = await navigator.serviceWorker.getRegistration("/");
    this.#subscription = (await worker?.pushManager.getSubscription()) ?? null;
    // Somebody else may have been logged in here when it was made, or the house had another key.
    if (this.#subscription && !(await this.#renewed(worker)) && !(await this.#tell())) this.#subscription = null;
    this.#show();
  }

  #say(name) {
    this.#words.textContent = name ? this.dataset[name] : "";
  }

  #show() {
    const denied = Notification.permission === "denied";
    this.#say(denied ? "denied" : "");
    this.#button.hidden = denied;
    this.#button.querySelector("span").textContent = this.#subscription ? this.dataset.off : this.dataset.on;
  }

  async #turn() {
    this.#button.disabled = true;
    try {
      await (this.#subscription ? this.#stop() : this.#start());
      this.#show();
    } catch {
      this.#show();
      if (Notification.permission !== "denied") this.#say("failed");
    }
    this.#button.disabled = false;
    this.#button.focus();
  }

  async #start() {
    if ((await Notification.requestPermission()) !== "granted") return;
    const { key } = await (await fetch("/api/v1/push/key")).json();
    await navigator.serviceWorker.register("/push-worker.js", { scope: "/" });
    const worker = await navigator.serviceWorker.ready;
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    this.#subscription = made;
    if (await this.#tell()) return;
    this.#subscription = null;
    await made.unsubscribe();
    throw new Error("refused");
  }

  /** Whether it had to be made anew, as the house has another key by now. */
  async #renewed(worker) {
    const has = keyOf(this.#subscription);
    if (!has || Notification.permission !== "granted") return false;
    const { key } = await (await fetch("/api/v1/push/key")).json();
    if (has === key) return false;
    await this.#subscription.unsubscribe();
    this.#subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    if (!(await this.#tell())) this.#subscription = null;
    return true;
  }

  async #stop() {
    const { endpoint } = this.#subscription;
    const { items } = await (await fetch("/api/v1/me/push")).json();
    const known = items.find((one) => one.endpoint === endpoint);
    if (known) await fetch(`/api/v1/me/push/${known.id}`, { method: "DELETE" });
    await this.#subscription.unsubscribe();
    this.#subscription = null;
    for (const line of document.querySelectorAll("[data-endpoint]")) if (line.dataset.endpoint === endpoint) line.remove();
  }

  async #tell() {
    const headers = { "Content-Type": "application/json" };
    const told = { ...this.#subscription.toJSON(), key: keyOf(this.#subscription) };
    const answer = await fetch("/api/v1/me/push", { method: "PUT", headers, body: JSON.stringify(told) });
    return answer.ok;
  }
}

/** With which it was subscribed, in base64url; empty where the browser does not say. */
function keyOf(subscription) {
  const bytes = subscription.options?.applicationServerKey;
  if (!bytes) return "";
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

customElements.define("nova-push", NovaPush);
