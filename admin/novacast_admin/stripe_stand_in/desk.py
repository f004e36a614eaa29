"""What a newcomer does in Stripe's dashboard, and what time does: disputes, refunds, payouts, days that pass."""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from aiohttp import web

from novacast_admin.stripe_stand_in.account import DAY
from novacast_admin.stripe_stand_in.errors import Refusal
from novacast_admin.stripe_stand_in.hosted import page

if TYPE_CHECKING:
    from novacast_admin.stripe_stand_in.server import StandIn

SHOWN = 30
SOON = 30 * DAY

_HEAD = """<p>This plays Stripe for the demo: no money moves, and nobody outside hears of it. Payments are made on
the pages that the box office sends its buyers to.</p>
<form method="post" action="/desk/later"><button>Let a month pass</button>
<span>Debits arrive, refunds fail, payouts reach the bank.</span></form>
<form method="post" action="/desk/payout"><button>Pay out</button> <span>{balance} wait.</span></form>
<h2>Payments</h2>"""
_ROW = """<li><span>{amount} {currency} · {what}<br><small>{id} · {state}</small></span>{buttons}</li>"""
_BUTTON = """<form method="post" action="/desk/{id}/{verb}"><button>{text}</button></form>"""


class Desk:
    def __init__(self, standin: "StandIn") -> None:
        self._standin = standin

    def install(self, app: web.Application) -> None:
        app.router.add_get("/", self.show)
        app.router.add_post("/desk/later", self.later)
        app.router.add_post("/desk/payout", self.pay_out)
        app.router.add_post("/desk/{id}/{verb:dispute|inquire|refund|win|lose|escalate|rest}", self.act)

    async def show(self, request: web.Request) -> web.StreamResponse:
        account = self._standin.account
        account.tick()
        rows = [self._row(one) for one in account.all("charge")[:SHOWN]]
        head = _HEAD.format(balance=escape(self._balance()))
        listed = f"<ul>{''.join(rows)}</ul>" if rows else "<p>None yet.</p>"
        return page("A stand-in for Stripe", head + listed)

    async def later(self, request: web.Request) -> web.StreamResponse:
        self._standin.account.hurry(SOON)
        raise web.HTTPSeeOther("/")

    async def pay_out(self, request: web.Request) -> web.StreamResponse:
        for currency in {one["currency"] for one in self._standin.account.all("balance_transaction")}:
            self._standin.payouts.daily(currency, early=True)
        raise web.HTTPSeeOther("/")

    async def act(self, request: web.Request) -> web.StreamResponse:
        money, account = self._standin.money, self._standin.account
        about, verb = request.match_info["id"], request.match_info["verb"]
        try:
            match verb:
                case "dispute":
                    charge = account.get("charge", about)
                    if not charge["disputed"]:
                        money.dispute(charge)
                case "inquire":
                    money.inquire(account.get("charge", about))
                case "escalate" | "rest":
                    money.end_inquiry(about, escalated=verb == "escalate")
                case "refund":
                    money.refund({"charge": about})
                case _:
                    money.end_dispute(about, won=verb == "win")
        except Refusal as error:
            return page("That can't be done", f"<p>{escape(str(error.error['message']))}</p>", 409)
        raise web.HTTPSeeOther("/")

    def _row(self, charge: Mapping[str, Any]) -> str:
        fields = {
            "id": charge["id"],
            "amount": f"{charge['amount'] / 100:.2f}",
            "currency": charge["currency"].upper(),
            "what": charge["description"] or "",
            "state": self._state(charge),
        }
        buttons = "".join(
            _BUTTON.format(id=escape(about), verb=verb, text=escape(text))
            for about, verb, text in self._choices(charge)
        )
        return _ROW.format(**{key: escape(value) for key, value in fields.items()}, buttons=buttons)

    def _state(self, charge: Mapping[str, Any]) -> str:
        dispute = self._dispute(charge)
        if dispute is not None:
            return f"disputed: {dispute['status'].replace('_', ' ')}"
        if charge["amount_refunded"]:
            return f"{charge['amount_refunded'] / 100:.2f} given back"
        return str(charge["status"])

    def _choices(self, charge: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        dispute = self._dispute(charge)
        if dispute is not None:
            over = dispute["status"] in ("won", "lost", "warning_closed")
            ends = [("win", "The house wins"), ("lose", "The bank wins")]
            if dispute["status"].startswith("warning_"):
                ends = [("escalate", "The bank takes it back"), ("rest", "The bank lets it rest")]
            return [] if over else [(dispute["id"], verb, text) for verb, text in ends]
        if charge["status"] != "succeeded" or charge["refunded"]:
            return []
        deeds = {"dispute": "A bank disputes it", "inquire": "A bank asks about it", "refund": "Give it back here"}
        return [(charge["id"], verb, words) for verb, words in deeds.items()]

    def _dispute(self, charge: Mapping[str, Any]) -> Mapping[str, Any] | None:
        return next((one for one in self._standin.account.all("dispute") if one["charge"] == charge["id"]), None)

    def _balance(self) -> str:
        sums: dict[str, int] = {}
        for one in self._standin.account.all("balance_transaction"):
            if one["id"] not in self._standin.payouts.inside:
                sums[one["currency"]] = sums.get(one["currency"], 0) + one["net"]
        return ", ".join(f"{net / 100:.2f} {currency.upper()}" for currency, net in sorted(sums.items())) or "Nothing"
