/**
 * <nova-counter currency="EUR"> around a list of [data-price] rows, each with a number: adds buttons for one more and one fewer,
 * and the sum, with that of seats that are chosen on the map, before anything is sent; where prices depend on the seats that the house will choose, the least it can be.
 */
class NovaCounter extends HTMLElement {
  #sum = null;
  #money = null;
  #digits = 2;
  /** On the map of the hall: how many seats, and what they cost together. */
  #seats = { count: 0, total: 0 };

  connectedCallback() {
    const currency = this.getAttribute("currency");
    this.#money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency });
    this.#digits = this.#money.resolvedOptions().maximumFractionDigits;
    this.#sum = this.querySelector("[data-part=sum]");
    for (const row of this.#rows()) this.#equip(row);
    this.addEventListener("input", () => this.#add());
    this.addEventListener("change", () => this.#add());
    this.addEventListener("seatschosen", ({ detail }) => {
      this.#seats = detail;
      this.#add();
    });
    this.#add();
  }

  #rows() {
    return [...this.querySelectorAll("li[data-price]")];
  }

  #equip(row) {
    const field = row.querySelector("input[name=quantity]");
    const name = row.querySelector("label").textContent;
    const step = (by, words, sign) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button--icon";
      button.textContent = sign;
      button.setAttribute("aria-label", words.replace("{name}", name));
      button.addEventListener("click", () => {
        field.value = Math.max(0, Math.min(1000, (Number(field.value) || 0) + by));
        this.#add();
      });
      return button;
    };
    field.before(step(-1, this.dataset.fewer, "−"));
    field.after(step(1, this.dataset.more, "+"));
    field.addEventListener("focus", () => field.select());
  }

  #chosen(row) {
    return row.querySelector("select[name=category]")?.selectedOptions[0];
  }

  #price(row) {
    if ("open" in row.dataset) {
      const given = Number(row.querySelector("input[name=amount]").value.trim().replace(",", "."));
      return Number.isFinite(given) ? Math.round(given * 10 ** this.#digits) : 0;
    }
    return Number(this.#chosen(row)?.dataset.price ?? row.dataset.price);
  }

  #add() {
    let { count: units, total: sum } = this.#seats;
    let least = false;
    for (const row of this.#rows()) {
      const number = Number(row.querySelector("input[name=quantity]").value) || 0;
      units += number;
      least ||= number > 0 && "varies" in (this.#chosen(row)?.dataset ?? {});
      sum += number * this.#price(row);
    }
    const money = this.#money.format(sum / 10 ** this.#digits);
    this.#sum.textContent = !units ? this.#sum.dataset.none : least ? this.dataset.from.replace("{price}", money) : money;
  }
}

customElements.define("nova-counter", NovaCounter);
