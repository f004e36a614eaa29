"""A membership's evidence on paper. Facts of the rows, and nothing else; hours by UTC."""

from pathlib import Path

from novacast.i18n import gettext as _
from novacast.payments.memberships.evidence.models import Case
from novacast.payments.memberships.models import ChargeState
from novacast.payments.memberships.refunds.models import State as RefundState
from novacast.payments.memberships.words import asked_for, price, state_name
from novacast.printing import SOFT, Paper
from novacast.words import date_of, hour_in, money


def written(case: Case, fonts: Path) -> bytes:
    """In the language that is being spoken."""
    one = case.subscription
    words = "".join([case.tier.name, case.tier.description, case.name, case.email, *case.titles.values()])
    page = Paper(fonts, words, foot=one.id)
    title = _("Evidence about a membership: %(name)s") % {"name": case.tier.name}
    page.set_title(title)
    page.add_page()
    page.paragraph(title, 16, bold=True)
    for each in case.disputes:
        page.paragraph(f"{each.provider} · {each.reference} · {money(each.amount, each.currency)} · {each.reason}", 10)
    _member(page, case)
    _agreed(page, case)
    _payments(page, case)
    _watched(page, case)
    _log_ins(page, case)
    return bytes(page.output())


def _hour(at: int) -> str:
    return hour_in(at, "UTC")


def _member(page: Paper, case: Case) -> None:
    one = case.subscription
    page.rule()
    page.paragraph(_("The membership"), 12, bold=True)
    facts = [
        (_("Name"), case.name or "–"),
        (_("E-mail"), case.email or "–"),
        (_("Begun"), _hour(one.created_at)),
        (_("State"), state_name(one.state)),
        (_("Paid until"), "–" if one.ends_at is None else _hour(one.ends_at)),
        (_("At the provider"), one.reference or "–"),
    ]
    for name, value in facts:
        page.row([name, value], [45, 125])


def _agreed(page: Paper, case: Case) -> None:
    """What stood on the page where it was begun."""
    one = case.subscription
    page.rule()
    page.paragraph(_("What was agreed"), 12, bold=True)
    if case.tier.description:
        page.paragraph(case.tier.description, 9)
    if one.interval is not None:
        page.paragraph(
            _("Price: %(price)s, taxes included.") % {"price": price(one.price, one.currency, one.interval)}, 9
        )
        page.paragraph(
            _("It is renewed until the member ends it, which is possible at any time, with what is paid."), 9
        )
    if one.trial_until is not None:
        page.paragraph(
            _("The first payment was due after a trial, on %(date)s.") % {"date": date_of(one.trial_until)}, 9
        )
    for at, kind in case.changes:
        page.row([_hour(at), asked_for(kind)], [50, 120], size=8)


def _payments(page: Paper, case: Case) -> None:
    page.rule()
    page.paragraph(_("Payments"), 12, bold=True)
    for one in case.charges:
        days = " – ".join(date_of(at) for at in (one.since, one.until) if at is not None)
        paid = _hour(one.paid_at) if one.state is ChargeState.PAID and one.paid_at is not None else "–"
        page.row(
            [paid, days, one.reference or "–", money(one.amount, one.currency)], [40, 50, 50, 30], size=8, numbers=1
        )
        for refund in case.refunds:
            if refund.charge_id == one.id and refund.state is RefundState.SUCCEEDED:
                words = _("given back")
                amount = money(refund.amount, one.currency)
                page.row(
                    [_hour(refund.created_at), words, refund.reference or "–", amount],
                    [40, 50, 50, 30],
                    size=8,
                    numbers=1,
                )


def _watched(page: Paper, case: Case) -> None:
    page.rule()
    page.paragraph(_("What was watched with it"), 12, bold=True)
    if not case.watches:
        page.paragraph(_("Nothing that is known."), 9, colour=SOFT)
    for one in case.watches:
        what = case.titles.get(one.media_id, one.media_id)
        page.row([what, one.device, f"{_hour(one.began_at)} – {_hour(one.until)}"], [65, 35, 70], size=8)


def _log_ins(page: Paper, case: Case) -> None:
    if not case.disputes:
        return
    page.rule()
    page.paragraph(_("Log-ins that are known"), 12, bold=True)
    if not case.log_ins:
        page.paragraph(_("Nothing that is known."), 9, colour=SOFT)
    for one in case.log_ins:
        page.row([_hour(one.at), _hour(one.seen_at), one.device, one.address], [42, 42, 46, 40], size=8)
