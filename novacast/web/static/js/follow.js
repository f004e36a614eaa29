/**
 * <nova-follow kind="channel|organization" thing="ID" data-on="Following"><a class="button">Follow</a></nova-follow>
 * Makes a switch of the link, once it is known whether the thing is followed.
 */
class NovaFollow extends HTMLElement {
  #button = null;

  async connectedCallback() {
    if (this.#button || !document.documentElement.dataset.who) return;
    const answer = await fetch(this.#place).catch(() => null);
    if (!answer?.ok) return;
    const link = this.querySelector("a");
    const { following } = await answer.json();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.setAttribute("aria-label", link.getAttribute("aria-label"));
    button.append(...link.childNodes);
    button.dataset.off = button.textContent.trim();
    button.addEventListener("click", () => this.#turn());
    this.#button = button;
    this.#show(following);
    link.replaceWith(button);
  }

  get #place() {
    return `/api/v1/me/follows/${this.getAttribute("kind")}s/${this.getAttribute("thing")}`;
  }

  #show(following) {
    this.#button.setAttribute("aria-pressed", following);
    this.#button.querySelector("span").textContent = following ? this.dataset.on : this.#button.dataset.off;
  }

  async #turn() {
    const wanted = this.#button.getAttribute("aria-pressed") !== "true";
    this.#button.disabled = true;
    const answer = await fetch(this.#place, { method: wanted ? "PUT" : "DELETE" }).catch(() => null);
    this.#button.disabled = false;
    if (answer?.ok) this.#show(wanted);
    this.#button.focus();
  }
}

customElements.define("nova-follow", NovaFollow);
