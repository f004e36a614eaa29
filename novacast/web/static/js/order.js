// <nova-order collection-id="ID"> around a list whose items have data-video and forms that move them. Moves happen in
// place instead of with a new page, and by dragging; what was asked for is done by the forms where this fails.
class NovaOrder extends HTMLElement {
  #list = null;
  #dragged = null;

  connectedCallback() {
    this.#list = this.querySelector("ol");
    this.querySelector("[data-part=drag]").hidden = false;
    this.addEventListener("submit", (event) => this.#submitted(event));
    for (const item of this.#items()) item.draggable = true;
    this.addEventListener("dragstart", (event) => this.#lift(event));
    this.addEventListener("dragover", (event) => this.#over(event));
    this.addEventListener("drop", (event) => this.#drop(event));
    this.addEventListener("dragend", () => this.#mark(null));
  }

  #items() {
    return [...this.#list.children];
  }

  #submitted(event) {
    const form = event.target;
    const to = Number(new FormData(form).get("to"));
    if (!to) return; // taking out is done by the form
    event.preventDefault();
    const item = form.closest("li");
    const rest = this.#items().filter((one) => one !== item);
    this.#move(item, rest[to - 1] ?? null, { form, focus: event.submitter });
  }

  /** Put `item` before another, or at the end, here and on the server. */
  async #move(item, before, { form = null, focus = null } = {}) {
    const old = item.nextElementSibling;
    if (before === old || before === item) return;
    this.#list.insertBefore(item, before);
    this.#number();
    (focus?.disabled ? item : focus)?.focus();
    if (await this.#tell(item, before)) return this.#say(item);
    this.#list.insertBefore(item, old);
    this.#number();
    if (form) form.submit();
    else location.reload();
  }

  async #tell(item, before) {
    const path = `/api/v1/collections/${this.getAttribute("collection-id")}/items/${item.dataset.video}`;
    const answer = await fetch(path, {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ before: before?.dataset.video ?? null }),
    }).catch(() => null);
    return answer?.ok ?? false;
  }

  #number() {
    const items = this.#items();
    for (const [at, item] of items.entries()) {
      item.querySelector(".playlist__number").textContent = at + 1;
      item.querySelector("input[type=number]").value = at + 1;
      for (const button of item.querySelectorAll("[data-by]")) {
        const to = at + 1 + Number(button.dataset.by);
        button.form.elements.to.value = to;
        button.disabled = to < 1 || to > items.length;
      }
    }
  }

  #say(item) {
    const told = this.querySelector("[data-part=told]");
    const items = this.#items();
    told.textContent = told.dataset.text
      .replace("{number}", items.indexOf(item) + 1)
      .replace("{count}", items.length)
      .replace("{title}", () => item.querySelector("[data-part=title]").textContent);
  }

  #lift(event) {
    const item = event.target.closest("li");
    if (!item || event.target.closest("a, input, button")) return event.preventDefault();
    this.#dragged = item;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", item.dataset.video);
  }

  #over(event) {
    const item = event.target.closest("li");
    if (!this.#dragged || !item) return;
    event.preventDefault();
    this.#mark(item, this.#behind(event, item));
  }

  #drop(event) {
    const item = event.target.closest("li");
    const dragged = this.#dragged;
    if (!dragged || !item) return;
    event.preventDefault();
    const before = this.#behind(event, item) ? item.nextElementSibling : item;
    this.#mark(null);
    this.#move(dragged, before);
  }

  #behind(event, item) {
    const box = item.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  }

  #mark(item, behind = false) {
    for (const one of this.#items()) one.removeAttribute("data-drop");
    if (item) item.dataset.drop = behind ? "behind" : "before";
    else this.#dragged = null;
  }
}

customElements.define("nova-order", NovaOrder);
