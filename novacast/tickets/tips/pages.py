"""Giving a tip, and deciding on them. All of it works without scripts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Protocol

from pydantic import Field

from novacast.errors import Conflict, FieldError, Forbidden, InvalidInput
from novacast.i18n import gettext as _
from novacast.i18n import text
from novacast.identity import Action, new_id
from novacast.tickets.orders.leading.pages import lead
from novacast.tickets.orders.models import Method, Receipt, buyer_of
from novacast.tickets.orders.service import Orders
from novacast.tickets.orders.ways import method_name
from novacast.tickets.ports import Organizations
from novacast.tickets.tips.models import MOST_SUGGESTIONS, TipRules
from novacast.tickets.tips.ports import Accounts
from novacast.tickets.tips.routes import GIVING
from novacast.tickets.tips.service import Tips
from novacast.tickets.words import decimals, plain
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import minor, money

TIP = "/rooms/{room_id}/tip"
STUDIO = "/studio/tips"
Short = Annotated[str, Field(max_length=30)]


class Named(Protocol):
    @property
    def value(self) -> str: ...


class TipForm(Body):
    suggested: Short = ""
    amount: Short = ""
    words: Annotated[str, Field(max_length=500)] = ""
    method: Short = ""
    at: Short = ""
    key: Annotated[str, Field(max_length=40)] = ""

    def given(self, currency: str) -> int:
        """Minor units. Raises InvalidInput."""
        found = minor(self.amount.strip() or self.suggested, currency)
        if not found:
            raise InvalidInput.field("amount", text("Write an amount, such as 20.00."))
        return found

    def moment(self) -> int | None:
        return round(float(self.at) * 1_000_000) if self.at.replace(".", "", 1).isdecimal() else None


class TipQuery(Body):
    at: Short = ""


class RulesForm(Body):
    org: Annotated[str, Field(max_length=64)] = ""
    enabled: bool = False
    currency: Annotated[str, Field(max_length=3)] = "EUR"
    least: Short = "1.00"
    most: Short = "200.00"
    suggestions: Annotated[str, Field(max_length=200)] = "2.00 5.00 10.00"
    tax: Short = "0"

    def rules(self) -> TipRules:
        """Raises InvalidInput."""
        currency = self.currency.strip().upper()
        amounts = {name: minor(getattr(self, name), currency) for name in ("least", "most")}
        suggestions = [
            minor(one, currency) for one in self.suggestions.replace(";", " ").split()[: MOST_SUGGESTIONS + 1]
        ]
        wrong = [
            FieldError(name, "invalid", text("Write an amount, such as 20.00."))
            for name, one in (*amounts.items(), *(("suggestions", one) for one in suggestions))
            if not one
        ]
        tax = self.tax.strip().replace(",", ".") or "0"
        rate = round(Decimal(tax) * 100) if tax.replace(".", "", 1).isdecimal() else -1
        if not 0 <= rate <= 10_000:
            wrong.append(FieldError("tax", "invalid", text("Write a rate of tax such as 20 or 5.5.")))
        if wrong:
            raise InvalidInput(wrong[0].message, errors=wrong)
        kept = [one for one in suggestions if one]
        return TipRules(self.enabled, currency, amounts["least"] or 1, amounts["most"] or 1, kept, rate)


class StudioQuery(Body):
    org: Annotated[str, Field(max_length=64)] = ""


class TipPages:
    def __init__(self, tips: Tips, orders: Orders, accounts: Accounts, *, test: bool) -> None:
        self._tips, self._orders, self._accounts, self._test = tips, orders, accounts, test

    @page(TIP)
    async def ask(self, call: Call, room_id: str, query: TipQuery) -> Html:
        return await self._asking(call, room_id, TipForm(at=query.at, key=new_id()))

    @form(TIP)
    async def give(self, call: Call, room_id: str, form: TipForm) -> Html | Redirect:
        """A form that is sent twice is one tip: each has a key of its own."""
        call.limit(GIVING)
        _place, rules = await self._tips.welcome(call.principal, room_id)
        try:
            receipt = await self._given(call, room_id, form, rules.currency)
        except InvalidInput as error:
            return await self._asking(call, room_id, form, error.errors)
        except (Conflict, Forbidden) as error:
            return await self._asking(call, room_id, form, [FieldError("", error.code, error.message)])
        return await lead(self._orders, self._orders.token(receipt.order.id))

    async def _given(self, call: Call, room_id: str, form: TipForm, currency: str) -> Receipt:
        me = await self._accounts.me(call.principal)
        amount = form.given(currency)
        if form.method not in list(Method):
            raise InvalidInput.field("method", text("Choose how you pay."), "invalid")
        buyer = buyer_of(me.name, me.email, call.language)
        return await self._tips.give(
            call.principal, room_id, amount, form.words, buyer, Method(form.method), at=form.moment(), key=form.key
        )

    async def _asking(self, call: Call, room_id: str, form: TipForm, errors: Sequence[FieldError] = ()) -> Html:
        place, rules = await self._tips.welcome(call.principal, room_id)
        methods = [one for one in self._orders.methods(rules.least, account=False) if one is not Method.TRANSFER]
        context = {
            "place": place,
            "suggestions": [(plain(one, rules.currency), money(one, rules.currency)) for one in rules.suggestions],
            "least": money(rules.least, rules.currency),
            "most": money(rules.most, rules.currency),
            "step": str(decimals(rules.currency)),
            "currency": rules.currency,
            "methods": [(one.value, method_name(one)) for one in methods],
            "values": form,
            "errors": errors,
            "test": self._test,
        }
        return Html("tickets/tip.html", context, 422 if errors else 200)


class TipStudioPages:
    def __init__(self, tips: Tips, organizations: Organizations) -> None:
        self._tips, self._organizations = tips, organizations

    @page(STUDIO)
    async def show(self, call: Call, query: StudioQuery) -> Html:
        ids = [one for one in sorted(call.principal.roles) if call.principal.allows(Action.EVENT_MANAGE, one)]
        if not ids:
            raise Forbidden(_("You are in no organization that lets you decide on tips."))
        org_id = query.org if query.org in ids else ids[0]
        found = await self._tips.decided(call.principal, org_id)
        return await self._shown(RulesForm(org=org_id) if found is None else _values(org_id, found))

    @form(STUDIO)
    async def decide(self, call: Call, form: RulesForm) -> Html | Redirect:
        try:
            await self._tips.decide(call.principal, form.org, form.rules())
        except InvalidInput as error:
            return await self._shown(form, error.errors)
        return Redirect(f"{STUDIO}?org={form.org}", notice=Notice("good", _("Saved.")))

    async def _shown(self, values: RulesForm, errors: Sequence[FieldError] = ()) -> Html:
        names = await self._organizations.names([values.org])
        context = {"values": values, "errors": errors, "org": values.org, "house": names.get(values.org, "")}
        return Html("tickets/tips_studio.html", context, 422 if errors else 200)


def _values(org_id: str, rules: TipRules) -> RulesForm:
    return RulesForm(
        org=org_id,
        enabled=rules.enabled,
        currency=rules.currency,
        least=plain(rules.least, rules.currency),
        most=plain(rules.most, rules.currency),
        suggestions=" ".join(plain(one, rules.currency) for one in rules.suggestions),
        tax=f"{Decimal(rules.tax_bp) / 100:f}",
    )
