"""Pages of those who arrange: where transfers go, and by which rules buyers give tickets back. They work without
scripts."""

from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.errors import Forbidden, InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Action, Principal
from novacast.tickets.arranging.bodies import Short
from novacast.tickets.arranging.pages import EVENT
from novacast.tickets.cancelling.models import MOST_HOURS, BankAccount, Policy
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.events.models import Event
from novacast.tickets.events.service import Events
from novacast.tickets.office.pages import OfficeQuery, chosen
from novacast.tickets.office.words import STUDIO, by_name, told
from novacast.tickets.ports import Organizations
from novacast.tickets.typed import Typed, written_share
from novacast.tickets.words import plain
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

ACCOUNT = f"{STUDIO}/account"
RETURNS = f"{EVENT}/returns"
POLICY_FIELDS = {"fee_amount": "fee"}


class AccountForm(Body):
    org: Short = ""
    holder: Annotated[str, Field(max_length=70)] = ""
    iban: Annotated[str, Field(max_length=50)] = ""
    bic: Annotated[str, Field(max_length=20)] = ""
    bank: Annotated[str, Field(max_length=70)] = ""

    def account(self) -> BankAccount:
        return BankAccount(self.holder, self.iban, self.bic, self.bank)

    @classmethod
    def of(cls, org_id: str, one: BankAccount | None) -> "AccountForm":
        if one is None:
            return cls(org=org_id)
        return cls(org=org_id, holder=one.holder, iban=one.spaced, bic=one.bic, bank=one.bank)


class AccountPages:
    def __init__(self, cancelling: Cancelling, organizations: Organizations, *, test: bool) -> None:
        """`test`: buyers have another way to pay than a transfer."""
        self._cancelling, self._organizations, self._test = cancelling, organizations, test

    @page(ACCOUNT)
    async def show(self, call: Call, query: OfficeQuery) -> Html:
        names = await self._arranged(call.principal)
        org_id = chosen(names, query.org)
        kept = await self._cancelling.account_for(call.principal, org_id)
        return self._shown(names, org_id, AccountForm.of(org_id, kept), known=kept is not None)

    @form(ACCOUNT)
    async def save(self, call: Call, form: AccountForm) -> Html | Redirect:
        names = await self._arranged(call.principal)
        try:
            await self._cancelling.set_account(call.principal, form.org, form.account())
        except InvalidInput as error:
            known = await self._cancelling.account(form.org) is not None
            return self._shown(names, form.org, form, error, known=known)
        notice = Notice("good", _("Saved. Buyers who pay by transfer see it on their order."))
        return Redirect(f"{ACCOUNT}?org={form.org}", notice=notice)

    async def _arranged(self, principal: Principal) -> dict[str, str]:
        possible = [one for one in principal.roles if principal.allows(Action.EVENT_MANAGE, one)]
        if not possible:
            raise Forbidden(_("You are in no organization that lets you arrange events."))
        return dict(await self._organizations.names(sorted(possible)))

    def _shown(
        self,
        names: dict[str, str],
        org_id: str,
        values: AccountForm,
        error: InvalidInput | None = None,
        *,
        known: bool,
    ) -> Html:
        context = {
            "organizations": by_name(names),
            "org": org_id,
            "values": values,
            "errors": told(error),
            "known": known,
            "test": self._test,
        }
        return Html("tickets/account.html", context, 422 if error is not None else 200)


class PolicyForm(Body):
    returns: Literal["none", "rules"] = "none"
    hours: Short = "24"
    share: Short = ""
    fee: Short = ""
    returns_fees: bool = False

    def policy(self, currency: str) -> Policy | None:
        """Raises InvalidInput."""
        if self.returns == "none":
            return None
        typed = Typed()
        found = Policy(
            hours=typed.count("hours", self.hours, 0, MOST_HOURS),
            fee_bp=typed.share("share", self.share),
            fee_amount=typed.amount("fee", self.fee, currency),
            returns_fees=self.returns_fees,
        )
        typed.check()
        return found

    @classmethod
    def of(cls, one: Policy | None, currency: str) -> "PolicyForm":
        if one is None:
            return cls()
        return cls(
            returns="rules",
            hours=str(one.hours),
            share=written_share(one.fee_bp),
            fee=plain(one.fee_amount, currency) if one.fee_amount else "",
            returns_fees=one.returns_fees,
        )


class PolicyPages:
    def __init__(self, events: Events, cancelling: Cancelling) -> None:
        self._events, self._cancelling = events, cancelling

    @page(RETURNS)
    async def show(self, call: Call, event_id: str) -> Html:
        event = await self._event(call.principal, event_id)
        return _policy(event, PolicyForm.of(await self._cancelling.policy(event_id), event.currency))

    @form(RETURNS)
    async def save(self, call: Call, event_id: str, form: PolicyForm) -> Html | Redirect:
        event = await self._event(call.principal, event_id)
        try:
            await self._cancelling.decide(call.principal, event_id, form.policy(event.currency))
        except InvalidInput as error:
            return _policy(event, form, error)
        return Redirect(f"{STUDIO}/events/{event_id}/returns", notice=Notice("good", _("Saved.")))

    async def _event(self, principal: Principal, event_id: str) -> Event:
        return (await self._events.arranged(principal, event_id)).event


def _policy(event: Event, values: PolicyForm, error: InvalidInput | None = None) -> Html:
    context: dict[str, Any] = {
        "event": event,
        "values": values,
        "errors": told(error, POLICY_FIELDS),
        "choices": [
            (
                "none",
                _("Not by themselves"),
                _("They write to you, and you cancel single tickets on the order's page."),
            ),
            ("rules", _("By these rules"), _("On their order's page, without asking.")),
        ],
    }
    return Html("tickets/returns.html", context, 422 if error is not None else 200)
