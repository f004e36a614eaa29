const PATIENCE = 15000;

/**
 * <nova-cardform script="URL" key="PUBLISHABLE" secret="CLIENT_SECRET" back="URL"><form hidden>…</form></nova-cardform>
 * Stripe's Payment Element in [data-part=frame]. Where Stripe's script does not come, [data-part=away] says so; beside it
 * stands a form that needs no script.
 */
class NovaCardform extends HTMLElement {
  #stripe = null;
  #elements = null;

  async connectedCallback() {
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#pay();
    });
    try {
      await load(this.getAttribute("script"));
      this.#stripe = window.Stripe(this.getAttribute("key"));
      const locale = document.documentElement.lang || "auto";
      this.#elements = this.#stripe.elements({ clientSecret: this.getAttribute("secret"), locale });
      const element = this.#elements.create("payment");
      element.on("loaderror", () => this.#away());
      this.form.hidden = false;
      element.mount(this.#part("frame"));
    } catch {
      this.#away();
    }
  }

  async #pay() {
    const button = this.form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    this.#say("");
    try {
      const confirmParams = { return_url: this.getAttribute("back") };
      // Where it is done, or a bank wants to ask, the browser is led on and nothing comes back from this.
      const { error } = await this.#stripe.confirmPayment({ elements: this.#elements, confirmParams });
      if (error) this.#say(error.message ?? "");
    } catch {
      this.#away();
    } finally {
      button.disabled = false;
    }
  }

  #say(words) {
    const line = this.#part("error");
    line.textContent = words;
    line.hidden = !words;
  }

  #away() {
    this.form.hidden = true;
    this.#part("away").hidden = false;
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }
}

function load(address) {
  return new Promise((done, failed) => {
    const script = document.createElement("script");
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    setTimeout(failed, PATIENCE);
    script.src = address;
    document.head.append(script);
  });
}

customElements.define("nova-cardform", NovaCardform);
