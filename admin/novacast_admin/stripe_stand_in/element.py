"""A small script in the place of Stripe's own, for pages that have a Payment Element: a field for one of Stripe's
numbers for tests, and what becomes of it."""

import hmac
import json
from html import escape
from typing import TYPE_CHECKING, Any

from aiohttp import web
from yarl import URL

from novacast_admin.stripe_stand_in.errors import Refusal
from novacast_admin.stripe_stand_in.hosted import page
from novacast_admin.stripe_stand_in.shapes import Object

if TYPE_CHECKING:
    from novacast_admin.stripe_stand_in.server import StandIn

_SCRIPT = """(() => {
  const origin = new URL(document.currentScript.src).origin;
  class Element {
    #told = new Map();
    on(name, tell) { this.#told.set(name, tell); }
    dress() {
      const { colorText = "#30313d", colorBackground = "#fff", borderRadius = "4px" } = this.look?.variables ?? {};
      this.label.style.cssText = `display: grid; gap: 4px; color: ${colorText}`;
      const edge = `color-mix(in srgb, ${colorText} 50%, transparent)`;
      const frame = `border: 1px solid ${edge}; border-radius: ${borderRadius}`;
      this.field.style.cssText = `${frame}; padding: 12px; color: ${colorText}; background: ${colorBackground}`;
    }
    mount(place) {
      const label = document.createElement("label");
      label.textContent = "Card number";
      this.field = document.createElement("input");
      this.field.inputMode = "numeric";
      label.append(this.field);
      this.label = label;
      this.dress();
      place.replaceChildren(label);
      this.#told.get("ready")?.();
    }
  }
  class Elements {
    constructor(options) { this.secret = options.clientSecret; this.look = options.appearance; }
    create() {
      this.element = new Element();
      this.element.look = this.look;
      return this.element;
    }
    update(options) {
      this.element.look = options.appearance;
      this.element.dress();
    }
  }
  window.Stripe = (key) => ({
    elements: (options) => new Elements(options),
    async confirmPayment({ elements, confirmParams }) {
      const number = elements.element.field.value;
      const body = JSON.stringify({ key, number, secret: elements.secret, back: confirmParams.return_url });
      const response = await fetch(`${origin}/element`, { method: "POST", body });
      const told = await response.json();
      if (told.error) return { error: told.error };
      location.assign(told.next);
      return new Promise(() => {});
    },
  });
})();
"""
_CHALLENGE = """<p>Your bank asks whether this is you.</p><form method="post">
<input type="hidden" name="back" value="{back}">
<button name="answer" value="complete">Complete</button><button name="answer" value="fail">Fail</button></form>"""


class ElementScript:
    def __init__(self, standin: "StandIn") -> None:
        self._standin = standin

    def install(self, app: web.Application) -> None:
        app.router.add_get("/element.js", self.script)
        app.router.add_post("/element", self.confirm)
        app.router.add_get("/element/{id}", self.ask)
        app.router.add_post("/element/{id}", self.answer)

    async def script(self, _request: web.Request) -> web.Response:
        headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
        return web.Response(text=_SCRIPT, content_type="text/javascript", headers=headers)

    async def confirm(self, request: web.Request) -> web.Response:
        """What the script asks from the page that it is on."""
        wish = json.loads(await request.text())
        self._standin.account.tick()
        try:
            told = self._confirmed(wish)
        except Refusal as error:
            told = dict(error.body)
        return web.json_response(told, headers={"Access-Control-Allow-Origin": "*"})

    def _confirmed(self, wish: Any) -> dict[str, Any]:
        intent, back = self._intent(str(wish["secret"])), str(wish["back"])
        self._standin.money.confirm_with(intent, "".join(str(wish["number"]).split()))
        if intent["status"] != "requires_action":
            return {"next": back}
        return {"next": str(URL(f"{self._standin.url}/element/{intent['id']}").with_query(back=back))}

    def _intent(self, secret: str) -> Object:
        """Raises Refusal."""
        intent = self._standin.account.get("payment_intent", secret.partition("_secret_")[0])
        if not hmac.compare_digest(str(intent["client_secret"]), secret):
            raise Refusal("The client_secret provided does not match this PaymentIntent.", code="secret_key_required")
        return intent

    async def ask(self, request: web.Request) -> web.Response:
        return page("Confirm", _CHALLENGE.format(back=escape(request.query.get("back", ""))))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        form, account = await request.post(), self._standin.account
        intent = account.get("payment_intent", request.match_info["id"])
        self._standin.money.finish(intent, good=form.get("answer") == "complete")
        raise web.HTTPSeeOther(str(form.get("back", "")))
