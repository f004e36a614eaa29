"""What a bank is sent when a payment is disputed: the order, what was agreed, that it was delivered, that it was used.
Facts of the rows, and nothing else."""

from pathlib import Path

from novacast.i18n import gettext as _
from novacast.printing import SOFT, Paper
from novacast.tickets.disputes.cases import Case
from novacast.tickets.office.handling.story import told
from novacast.tickets.words import attempt_state, hour_there, night_there
from novacast.words import money

MOST_STORY = 200


def written(case: Case, fonts: Path) -> bytes:
    """In the language that is being spoken."""
    order, zone = case.receipt.order, case.event.timezone
    names = [one.name for one in case.receipt.tickets] + [one.item for one in case.receipt.lines]
    words = "".join([case.event.title, case.event.venue, order.name, order.email, *names])
    page = Paper(fonts, words + "".join(one.detail for one in case.story), foot=order.code)
    page.set_title(_("Evidence about order %(code)s") % {"code": order.code})
    page.add_page()
    page.paragraph(_("Evidence about order %(code)s") % {"code": order.code}, 16, bold=True)
    for one in case.disputes:
        page.paragraph(f"{one.provider} · {one.reference} · {money(one.amount, one.currency)} · {one.reason}", 10)
    _order(page, case)
    _terms(page, case)
    page.paragraph(_("What happened"), 12, bold=True)
    for entry in case.story[:MOST_STORY]:
        page.row([hour_there(entry.at, zone), told(entry), entry.detail], [50, 70, 50], size=8)
    _used(page, case)
    return bytes(page.output())


def _order(page: Paper, case: Case) -> None:
    order, zone = case.receipt.order, case.event.timezone
    page.rule()
    page.paragraph(_("The order"), 12, bold=True)
    facts = [
        (_("Ordered"), hour_there(order.created_at, zone)),
        (_("Name"), order.name or "–"),
        (_("E-mail"), order.email or "–"),
        (_("Performance"), night_there(case.event.title, case.performance.starts_at, zone)),
        (_("Place"), case.event.venue or "–"),
        (_("Total"), money(order.total, order.currency)),
    ]
    for name, value in facts:
        page.row([name, value], [45, 125])
    for line in case.receipt.lines:
        seat = "" if line.seat is None else line.seat.label
        page.row([line.item, seat, money(line.claim.cost, order.currency)], [70, 60, 40], numbers=1)
    for attempt in case.receipt.attempts:
        page.row(
            [attempt.provider, attempt.reference or attempt.key, attempt_state(attempt.state)], [45, 95, 30], size=8
        )


def _terms(page: Paper, case: Case) -> None:
    page.rule()
    page.paragraph(_("What was agreed"), 12, bold=True)
    if case.policy is None:
        page.paragraph(_("Buyers of this event give no tickets back."), 9)
        return
    until = hour_there(case.policy.deadline(case.performance), case.event.timezone)
    page.paragraph(_("Tickets could be given back until %(when)s.") % {"when": until}, 9)
    kept = money(case.policy.fee_amount, case.receipt.order.currency)
    share = f"{case.policy.fee_bp / 100:g} %"
    page.paragraph(
        _("Kept of each ticket: %(share)s of its price, and %(amount)s.") % {"share": share, "amount": kept}, 9
    )


def _used(page: Paper, case: Case) -> None:
    zone = case.event.timezone
    page.rule()
    page.paragraph(_("That the tickets were used"), 12, bold=True)
    if not case.used.scans and not case.used.watches:
        page.paragraph(_("Nobody came in or watched with them."), 9, colour=SOFT)
    for scan in case.used.scans:
        what = _("came in") if scan.kind == "entry" else _("went out")
        page.row([scan.ticket, what, scan.gate or "–", hour_there(scan.at, zone)], [25, 35, 50, 60], size=8)
    for watch in case.used.watches:
        hours = f"{hour_there(watch.began_at, zone)} – {hour_there(watch.until, zone)}"
        page.row([watch.ticket, _("watched"), watch.device, hours], [25, 35, 35, 75], size=8)
