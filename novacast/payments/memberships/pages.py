"""Pages of one's own memberships. All of it works without scripts."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Protocol

from aiohttp import web
from pydantic import Field

from novacast.clock import DAY, SECOND
from novacast.errors import Conflict, NotFound, RateLimited, Unavailable
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.payments.invoices.models import Document
from novacast.payments.invoices.routes import PRINTED
from novacast.payments.memberships.models import Charge, ChargeState, Plan, State
from novacast.payments.memberships.routes import ASKING, BEGINNING
from novacast.payments.memberships.service import Membership, Memberships
from novacast.payments.memberships.services import MembershipServices
from novacast.payments.memberships.studio.opening.pages import titles_of
from novacast.payments.memberships.studio.ports import Shelf
from novacast.payments.memberships.words import no_trial, price, state_name, told
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.words import date_of, money

MINE = "/account/memberships"
ONE = f"{MINE}/{{subscription_id}}"

Id = Annotated[str, Field(max_length=64)]
KINDS = {
    State.PENDING: "busy",
    State.ACTIVE: "good",
    State.PAST_DUE: "bad",
    State.PAUSED: "",
    State.CANCELLED: "",
    State.EXPIRED: "",
}


class Names(Protocol):
    async def names(self, ids: list[str], /) -> Mapping[str, str]: ...


class ChangeForm(Body):
    plan: Id = ""
    at: Annotated[int, Field(ge=0)] = 0
    """Seconds; 0: no price was shown yet."""


class MembershipPages:
    def __init__(self, own: MembershipServices, organizations: Names, shelves: Sequence[Shelf] = ()) -> None:
        """`shelves`: of what memberships open."""
        self._shelves = shelves
        self._plans, self._memberships, self._organizations = own.plans, own.memberships, organizations
        self._acting, self._papers = own.acting, own.papers

    @page(MINE)
    async def mine(self, call: Call) -> Html:
        found = await self._memberships.mine(call.principal)
        return Html("payments/memberships.html", {"memberships": await self._shown(found), "kinds": KINDS})

    @page(ONE)
    async def show(self, call: Call, subscription_id: str) -> Html:
        """Where who has paid waits for it to be true."""
        one = await self._own(call, subscription_id)
        (shown,) = await self._shown([one])
        return Html("payments/membership.html", {"one": shown, "kinds": KINDS})

    @page(f"{ONE}/back")
    async def back(self, call: Call, subscription_id: str) -> Redirect:
        """Where a member comes back to, whatever they did there: what became of it is asked for."""
        try:
            call.limit(ASKING)
            await self._memberships.refresh(call.principal, subscription_id)
        except (RateLimited, Unavailable) as error:
            return Redirect(f"{MINE}/{subscription_id}", notice=Notice("note", translated(error.message)))
        return Redirect(f"{MINE}/{subscription_id}")

    @form(f"{ONE}/pay")
    async def pay(self, call: Call, subscription_id: str) -> Html | Redirect:
        call.limit(BEGINNING)
        return await lead(self._memberships, call, subscription_id)

    @form(f"{ONE}/cards")
    async def cards(self, call: Call, subscription_id: str) -> Html | Redirect:
        """On to the page where the card is changed."""
        call.limit(BEGINNING)
        one = await self._own(call, subscription_id)
        try:
            url = await self._acting.cards(one.subscription, f"{MINE}/{subscription_id}/back")
        except (Conflict, Unavailable) as error:
            return Redirect(MINE, notice=Notice("bad", translated(error.message)))
        return Html("payments/leaving.html", {"url": url, "words": _("You change your card at Stripe, and come back.")})

    @page(f"{ONE}/change")
    async def choose(self, call: Call, subscription_id: str) -> Html:
        return await self._choosing(call, subscription_id, ChangeForm())

    @form(f"{ONE}/change")
    async def change(self, call: Call, subscription_id: str, form: ChangeForm) -> Html | Redirect:
        """First with what it costs, then for good."""
        call.limit(ASKING)
        if not form.at:
            return await self._choosing(call, subscription_id, form)
        act = self._memberships.change(call.principal, subscription_id, form.plan, form.at * SECOND)
        return await self._done(act, _("It is changed."))

    @form(f"{ONE}/cancel")
    async def cancel(self, call: Call, subscription_id: str) -> Redirect:
        call.limit(ASKING)
        try:
            done = await self._memberships.cancel(call.principal, subscription_id)
        except (Conflict, Unavailable) as error:
            return Redirect(MINE, notice=Notice("bad", translated(error.message)))
        ended = done.ends_at is None or done.state is not State.ACTIVE
        words = _("It has ended.") if ended else _("It ends with what is paid, and is not renewed.")
        return Redirect(MINE, notice=Notice("good", words))

    @form(f"{ONE}/keep")
    async def keep(self, call: Call, subscription_id: str) -> Redirect:
        call.limit(ASKING)
        return await self._done(self._memberships.keep(call.principal, subscription_id), _("It goes on."))

    @form(f"{ONE}/pause")
    async def pause(self, call: Call, subscription_id: str) -> Redirect:
        call.limit(ASKING)
        words = _("It is paused. What is left of its time waits for you.")
        return await self._done(self._memberships.pause(call.principal, subscription_id), words)

    @form(f"{ONE}/resume")
    async def go_on(self, call: Call, subscription_id: str) -> Redirect:
        call.limit(ASKING)
        return await self._done(self._memberships.go_on(call.principal, subscription_id), _("It goes on."))

    @form(f"{MINE}/charges/{{charge_id}}/invoice")
    async def ask_invoice(self, call: Call, charge_id: str) -> Redirect:
        return await self._done(self._papers.ask(call.principal, charge_id), _("The invoice is written."))

    @page(f"{MINE}/charges/{{charge_id}}/invoices/{{invoice_id}}")
    async def invoice(self, call: Call, charge_id: str, invoice_id: str) -> web.Response:
        call.limit(PRINTED)
        name, body = await self._papers.file(call.principal, charge_id, invoice_id)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}.pdf"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    async def _done(self, act: Any, words: str) -> Redirect:
        try:
            await act
        except (Conflict, Unavailable) as error:
            return Redirect(MINE, notice=Notice("bad", translated(error.message)))
        return Redirect(MINE, notice=Notice("good", words))

    async def _own(self, call: Call, subscription_id: str) -> Membership:
        """One's own alone, whatever else one may see. Raises NotFound."""
        found = await self._memberships.show(call.principal, subscription_id)
        if found.subscription.person_id != call.principal.person_id:
            raise NotFound(_("There is nothing here."))
        return found

    async def _choosing(self, call: Call, subscription_id: str, form: ChangeForm) -> Html:
        one = await self._own(call, subscription_id)
        plans = await self._acting.others(one.subscription)
        tiers = {each.tier.id: each.tier.name for each in await self._plans.offered(one.subscription.org_id)}
        context: dict[str, Any] = {"one": (await self._shown([one]))[0], "plans": _named(plans, tiers), "shown": None}
        if form.plan:
            try:
                found = await self._memberships.preview(call.principal, subscription_id, form.plan)
            except (Conflict, Unavailable) as error:
                return Html("payments/change.html", {**context, "errors": told(error)}, 409)
            rows = [(what or _("Kept from before"), money(amount, found.currency)) for what, amount in found.rows]
            now, kept = money(max(0, found.now), found.currency), money(max(0, -found.now), found.currency)
            chosen = next((each for each in context["plans"] if each["id"] == form.plan), None)
            context["shown"] = {
                "plan": chosen, "rows": rows, "now": now, "kept": kept if found.now < 0 else "",
                "at": found.at // SECOND,
            }  # fmt: skip
        return Html("payments/change.html", {**context, "errors": ()})

    async def _shown(self, found: Sequence[Membership]) -> list[dict[str, Any]]:
        houses = await self._organizations.names([one.subscription.org_id for one in found])
        documents = {
            charge.id: await self._papers.written(charge)
            for one in found
            for charge in one.charges
            if charge.state is ChargeState.PAID
        }
        others = {one.subscription.id: bool(await self._acting.others(one.subscription)) for one in found}
        writing = {org_id: await self._papers.writes(org_id) for org_id in houses}
        return [
            {
                **_shown(one, houses, documents, changes=others[one.subscription.id]),
                "opens": await self._opened(one),
                "writes": writing.get(one.subscription.org_id, False),
            }
            for one in found
        ]

    async def _opened(self, one: Membership) -> list[tuple[str, str]]:
        """What a member may watch by it now, by its title."""
        own = one.subscription
        if own.state not in (State.ACTIVE, State.PAST_DUE) or own.suspended_at is not None:
            return []
        titles = await titles_of(self._shelves, own.org_id, await self._plans.opened(own.tier_id))
        return sorted(titles.items(), key=lambda thing: thing[1].casefold())


async def lead(memberships: Memberships, call: Call, subscription_id: str) -> Html | Redirect:
    """On to the page where it is paid. By a page of ours, for browsers hold a form to its own site."""
    try:
        paying = await memberships.pay(call.principal, subscription_id)
    except (Conflict, Unavailable) as error:
        return Redirect(f"{MINE}/{subscription_id}", notice=Notice("bad", translated(error.message)))
    if paying.url is None:
        return Redirect(f"{MINE}/{subscription_id}/back")
    words = _("You pay at Stripe, and come back here afterwards.")
    if paying.subscription.no_trial is not None and paying.subscription.state is State.PENDING:
        words = f"{no_trial(paying.subscription.no_trial)} {words}"
    return Html("payments/leaving.html", {"url": paying.url, "words": words})


def _shown(
    one: Membership, houses: Mapping[str, str], documents: Mapping[str, Sequence[Document]], *, changes: bool
) -> dict[str, Any]:
    own = one.subscription
    paid = any(each.state is ChargeState.PAID for each in one.charges)
    grace = None if own.ends_at is None or own.state is not State.PAST_DUE else own.ends_at + own.grace_days * DAY
    return {
        "id": own.id,
        "name": one.tier.name,
        "house": houses.get(own.org_id, ""),
        "org": own.org_id,
        "state": own.state,
        "words": _("Suspended") if own.suspended_at is not None else state_name(own.state),
        "price": "" if own.interval is None else price(own.price, own.currency, own.interval),
        "until": "" if own.ends_at is None or own.state is not State.ACTIVE else date_of(own.ends_at),
        "trial": own.state is State.ACTIVE and own.trial_until is not None and not paid,
        "grace": "" if grace is None else date_of(grace),
        "suspended": own.suspended_at is not None,
        "next": "" if own.next_at is None else date_of(own.next_at),
        "stops": own.stops,
        "given": own.interval is None,
        "no_trial": "" if own.no_trial is None or paid else no_trial(own.no_trial),
        "billed": own.billed,
        "changes": changes,
        "charges": [_charged(each, documents.get(each.id, ())) for each in one.charges],
    }


def _charged(one: Charge, documents: Sequence[Document]) -> dict[str, Any]:
    return {
        "id": one.id,
        "date": date_of(one.created_at),
        "amount": money(one.amount, one.currency),
        "state": "refunded" if one.refunded == one.amount else one.state,
        "back": money(one.refunded, one.currency) if 0 < one.refunded < one.amount else "",
        "url": one.url,
        "invoices": [(each.name, f"{MINE}/charges/{one.id}/invoices/{each.id}") for each in documents],
        "asks": one.state is ChargeState.PAID and one.since is not None and not one.late and not documents,
    }


def _named(plans: Sequence[Plan], tiers: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"id": each.id, "name": tiers[each.tier_id], "price": price(each.price, each.currency, each.interval)}
        for each in plans
        if each.tier_id in tiers
    ]
