"""The pages where people pay: Stripe's published test numbers decide what happens."""

from html import escape
from typing import TYPE_CHECKING

from aiohttp import web
from babel.numbers import get_currency_precision

from novacast_admin.stripe_stand_in.errors import Refusal
from novacast_admin.stripe_stand_in.money import (
    DEBIT_BAD,
    DEBIT_GOOD,
    DECLINED,
    DISPUTED,
    POOR,
    REFUND_FAILS,
    SECURE,
    SUCCESS,
)
from novacast_admin.stripe_stand_in.shapes import Object

if TYPE_CHECKING:
    from novacast_admin.stripe_stand_in.server import StandIn

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root {{ color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }}
body {{ margin: 0; background: light-dark(#f3f4f7, #14161c); color: light-dark(#1d2330, #eceef3); }}
main {{ max-width: 30rem; margin: 2rem auto; padding: 1.5rem; border-radius: 0.75rem;
background: light-dark(#fff, #1f232d); }}
h1 {{ margin: 0 0 1rem; font-size: 1.4rem; }} h2 {{ margin: 2rem 0 0.5rem; font-size: 1.1rem; }}
label {{ display: block; margin-block: 0.75rem; font-weight: 600; }}
input {{ display: block; box-sizing: border-box; width: 100%; margin-top: 0.25rem; padding: 0.6rem; font: inherit;
border: 1px solid light-dark(#767d8c, #8b93a3); border-radius: 0.4rem; background: transparent; color: inherit; }}
button {{ padding: 0.6rem 1rem; font: inherit; font-weight: 600; border: 0; border-radius: 0.4rem;
background: #4a3fc9; color: #fff; cursor: pointer; }}
a {{ color: light-dark(#3d33b0, #b3abff); }} [role="alert"] {{ color: light-dark(#a3142b, #ff8d9c); font-weight: 600; }}
table {{ border-collapse: collapse; width: 100%; font-size: 0.9rem; }} td {{ padding: 0.3rem 0.5rem 0.3rem 0; }}
ul {{ padding: 0; list-style: none; }} li {{ margin-block: 1rem; overflow-wrap: anywhere; }}
li form {{ display: inline-block; margin: 0.3rem 0.3rem 0 0; }} small {{ opacity: 0.8; }}
</style><body><main><h1>{title}</h1>{body}</main></body></html>"""
_FORM = """<p>{name}</p><p><strong>{amount}</strong></p><p role="alert">{error}</p>
<form method="post" action="/pay/{id}">
<label>E-mail <input name="email" type="email" value="{email}" required></label>
<label>Card number or IBAN <input name="number" list="numbers" autocomplete="cc-number" required></label>
<label>Expiry <input name="expiry" autocomplete="cc-exp" value="12 / 34"></label>
<label>CVC <input name="cvc" autocomplete="cc-csc" value="123"></label>
<button>Pay</button></form><p><a href="{cancel}">Back</a></p>
<h2>A stand-in for Stripe</h2><p>No money moves, and no real card works. Stripe's numbers for tests do:</p>
<table>{numbers}</table>"""
_CHALLENGE = """<p>Your bank asks whether this is you.</p><form method="post" action="/pay/{id}/challenge">
<button name="answer" value="complete">Complete</button><button name="answer" value="fail">Fail</button></form>"""

_INVOICE = """<p>{amount} {currency}</p><p role="alert">{error}</p><form method="post" action="/invoices/{id}">
<label>Card number <input name="number"></label><button>Pay</button></form>"""
_PORTAL = """<form method="post" action="/portal/{id}"><label>Card number <input name="number"></label>
<button>Keep this card</button><button name="cancel" value="1">Cancel the plan</button></form>
<p><a href="{back}">Back</a></p>"""


NUMBERS = (
    (SUCCESS, "pays"),
    (SECURE, "asks the buyer's bank first"),
    (DECLINED, "is declined"),
    (POOR, "has too little money"),
    (DISPUTED, "pays, and is disputed at once"),
    (REFUND_FAILS, "pays, and can't be given back"),
    (DEBIT_GOOD, "pays after days"),
    (DEBIT_BAD, "fails after days"),
)
_NUMBER = "<tr><td><code>{number}</code></td><td>{what}</td></tr>"


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
        return page("Confirm", _CHALLENGE.format(id=escape(about)))

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
            return page("Invoice", f"<p>{escape(found['status'])}</p>")
        fields = {"id": id, "error": error, "amount": str(found["amount_due"]), "currency": found["currency"].upper()}
        return page("Invoice", _INVOICE.format(**{key: escape(value) for key, value in fields.items()}))

    async def portal(self, request: web.Request) -> web.StreamResponse:
        session = self._standin.account.get("billing_portal.session", request.match_info["id"])
        return page("Your plan", _PORTAL.format(id=escape(session["id"]), back=escape(session["return_url"] or "")))

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
            return page("Something went wrong", "<p>This page does not exist.</p>", 404)
        if session["status"] != "open":
            return page("This page is over", "<p>Go back and begin again.</p>", 410)
        line = self._standin.checkout.wish(session)["line_items"][0]
        name = line.get("price_data", {}).get("product_data", {}).get("name", "")
        if "price" in line:
            price = account.get("price", line["price"])
            name = account.get("product", price["product"])["name"]
        fields = {
            "id": id,
            "name": name,
            "amount": _amount(session),
            "error": error,
            "email": session["customer_email"] or "",
            "cancel": session["cancel_url"] or "",
        }
        numbers = "".join(_NUMBER.format(number=_grouped(number), what=escape(what)) for number, what in NUMBERS)
        return page("Pay", _FORM.format(**{key: escape(value) for key, value in fields.items()}, numbers=numbers))


def page(title: str, body: str, status: int = 200) -> web.Response:
    return web.Response(text=_PAGE.format(title=title, body=body), status=status, content_type="text/html")


def _amount(session: Object) -> str:
    """As people read it; Stripe counts some currencies whole."""
    currency = session["currency"].upper()
    behind = get_currency_precision(currency)
    return f"{session['amount_total'] / 10**behind:.{behind}f} {currency}"


def _grouped(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
