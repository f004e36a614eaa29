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
    this.#part("waits").hidden = false;
    try {
      await load(this.getAttribute("script"));
      this.#stripe = window.Stripe(this.getAttribute("key"));
      const locale = document.documentElement.lang || "auto";
      this.form.hidden = false;
      const options = { clientSecret: this.getAttribute("secret"), locale, appearance: this.#appearance() };
      this.#elements = this.#stripe.elements(options);
      const element = this.#elements.create("payment");
      element.on("ready", () => (this.#part("waits").hidden = true));
      element.on("loaderror", () => this.#away());
      element.mount(this.#part("frame"));
      this.#follow();
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

  /** The page may turn dark or light while somebody types. */
  #follow() {
    const update = () => this.#elements.update({ appearance: this.#appearance() });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);
    new MutationObserver(update).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  /** Frames of Stripe's have no style of ours: they are told the page's colours (docs.stripe.com/elements/appearance-api). */
  #appearance() {
    const colour = (element, name) => getComputedStyle(element)[name];
    return {
      theme: dark() ? "night" : "stripe",
      variables: {
        colorBackground: colour(this, "backgroundColor"),
        colorText: colour(this, "color"),
        colorPrimary: colour(this.form.querySelector("button"), "backgroundColor"),
        colorDanger: colour(this.#part("error"), "color"),
        borderRadius: "8px",
        fontSizeBase: colour(this, "fontSize"),
      },
    };
  }

  #say(words) {
    const line = this.#part("error");
    line.textContent = words;
    line.hidden = !words;
  }

  #away() {
    this.form.hidden = this.#part("waits").hidden = true;
    this.#part("away").hidden = false;
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`);
  }
}

function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
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
