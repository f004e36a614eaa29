"""The pages where people pay: Stripe's published test numbers decide what happens."""

from html import escape
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.stripe.errors import Refusal

if TYPE_CHECKING:
    from tests.fakes.stripe.server import StandIn

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><link rel="icon" href="data:,">
<body><main><h1>{title}</h1>{body}</main></body></html>"""
_FORM = """<p>{name}</p><p>{amount} {currency}</p><p role="alert">{error}</p>
<form method="post" action="/pay/{id}">
<label>E-mail <input name="email" type="email" value="{email}" required></label>
<label>Card number or IBAN <input name="number" autocomplete="cc-number" required></label>
<label>Expiry <input name="expiry" autocomplete="cc-exp" value="12 / 34"></label>
<label>CVC <input name="cvc" autocomplete="cc-csc" value="123"></label>
<button>Pay</button></form><p><a href="{cancel}">Back</a></p>"""
_CHALLENGE = """<p>Your bank asks whether this is you.</p><form method="post" action="/pay/{id}/challenge">
<button name="answer" value="complete">Complete</button><button name="answer" value="fail">Fail</button></form>"""

_INVOICE = """<p>{amount} {currency}</p><p role="alert">{error}</p><form method="post" action="/invoices/{id}">
<label>Card number <input name="number"></label><button>Pay</button></form>"""
_PORTAL = """<form method="post" action="/portal/{id}"><label>Card number <input name="number"></label>
<button>Keep this card</button><button name="cancel" value="1">Cancel the plan</button></form>
<p><a href="{back}">Back</a></p>"""


class HostedPages:
    def __init__(self, standin: "StandIn") -> None:
        self._standin = standin

    def install(self, app: web.Application) -> None:
        app.router.add_get("/pay/{id}", self.show)
        app.router.add_post("/pay/{id}", self.pay)
        app.router.add_post("/pay/{id}/challenge", self.challenge)
        app.router.add_get("/invoices/{id}", self.invoice)
        app.router.add_post("/invoices/{id}", self.pay_invoice)
        app.router.add_get("/portal/{id}", self.portal)
        app.router.add_post("/portal/{id}", self.change)

    async def show(self, request: web.Request) -> web.StreamResponse:
        return self._form(request.match_info["id"])

    async def pay(self, request: web.Request) -> web.StreamResponse:
        about, form = request.match_info["id"], await request.post()
        number = "".join(str(form.get("number", "")).split())
        account = self._standin.account
        account.tick()
        try:
            session = self._standin.checkout.pay(about, number, str(form.get("email", "")))
        except Refusal as error:
            return self._form(about, str(error.error["message"]))
        if session["status"] == "complete":
            raise web.HTTPSeeOther(self._success(about))
        return _page("Confirm", _CHALLENGE.format(id=escape(about)))

    async def challenge(self, request: web.Request) -> web.StreamResponse:
        about, form = request.match_info["id"], await request.post()
        good = form.get("answer") == "complete"
        self._standin.checkout.answer(about, good=good)
        if good:
            raise web.HTTPSeeOther(self._success(about))
        return self._form(about, "We are unable to authenticate your payment method.")

    async def invoice(self, request: web.Request) -> web.StreamResponse:
        return self._invoice(request.match_info["id"])

    async def pay_invoice(self, request: web.Request) -> web.StreamResponse:
        about, form = request.match_info["id"], await request.post()
        self._standin.account.tick()
        number = "".join(str(form.get("number", "")).split())
        try:
            self._standin.billing.invoices.pay(about, {}, number)
        except Refusal as error:
            return self._invoice(about, str(error.error["message"]))
        return self._invoice(about)

    def _invoice(self, id: str, error: str = "") -> web.Response:
        found = self._standin.account.get("invoice", id)
        if found["status"] != "open":
            return _page("Invoice", f"<p>{escape(found['status'])}</p>")
        fields = {"id": id, "error": error, "amount": str(found["amount_due"]), "currency": found["currency"].upper()}
        return _page("Invoice", _INVOICE.format(**{key: escape(value) for key, value in fields.items()}))

    async def portal(self, request: web.Request) -> web.StreamResponse:
        session = self._standin.account.get("billing_portal.session", request.match_info["id"])
        return _page("Your plan", _PORTAL.format(id=escape(session["id"]), back=escape(session["return_url"] or "")))

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Another card, or the end of what was subscribed to."""
        account, billing, form = self._standin.account, self._standin.billing, await request.post()
        account.tick()
        session = account.get("billing_portal.session", request.match_info["id"])
        if number := "".join(str(form.get("number", "")).split()):
            billing.keep_card(session["customer"], number)
        for one in account.all("subscription"):
            if form.get("cancel") and one["customer"] == session["customer"] and one["status"] != "canceled":
                billing.update(one["id"], {"cancel_at_period_end": True})
        raise web.HTTPSeeOther(session["return_url"] or f"/portal/{session['id']}")

    def _success(self, id: str) -> str:
        session = self._standin.account.get("checkout.session", id)
        return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", id)

    def _form(self, id: str, error: str = "") -> web.Response:
        account = self._standin.account
        account.tick()
        try:
            session = account.get("checkout.session", id)
        except Refusal:
            return _page("Something went wrong", "<p>This page does not exist.</p>", 404)
        if session["status"] != "open":
            return _page("This page is over", "<p>Go back and begin again.</p>", 410)
        line = self._standin.checkout.wish(session)["line_items"][0]
        name = line.get("price_data", {}).get("product_data", {}).get("name", "")
        if "price" in line:
            price = account.get("price", line["price"])
            name = account.get("product", price["product"])["name"]
        fields = {
            "id": id, "name": name, "amount": str(session["amount_total"]), "currency": session["currency"].upper(),
            "error": error, "email": session["customer_email"] or "", "cancel": session["cancel_url"] or "",
        }  # fmt: skip
        return _page("Pay", _FORM.format(**{key: escape(value) for key, value in fields.items()}))


def _page(title: str, body: str, status: int = 200) -> web.Response:
    return web.Response(text=_PAGE.format(title=title, body=body), status=status, content_type="text/html")
