"""What stays in the other system, and what its report says of it. Pure."""

from collections.abc import Sequence

from novacast.i18n import Text, text
from novacast.importing import Line

PAID = frozenset(
    {"paid", "p", "completed", "complete", "active", "valid", "free", "ok", "bezahlt", "no payment required",
     "payment received"}
)  # fmt: skip
"""Of orders in the words of pretix and Hi.Events, and of their lists in German."""
NOT_YET = frozenset({"no", "nein", "false", "0", "-"})
LONGEST = 300


def counts(line: Line, notes: list[Text]) -> bool:
    """Whether its order comes over; else why not is noted."""
    if line.get("status", "paid").casefold().replace("_", " ") in PAID:
        return True
    notes.append(unpaid(line))
    return False


def unpaid(line: Line) -> Text:
    return text("It is “{status}” there; only what is paid comes over.", status=line.get("status", "")[:40])


def left(lines: Sequence[Line]) -> Sequence[Text]:
    """What of tickets that come over does not."""
    found: list[Text] = []
    for number, line in enumerate(lines, 1):
        ticket = line.get("position") or str(number)
        if line.get("checked_in", "no").casefold() not in NOT_YET:
            when = line["checked_in"][:60]
            found.append(
                text(
                    "Somebody came in with ticket {ticket} there ({when}): here it lets in once.",
                    ticket=ticket,
                    when=when,
                )
            )
        if "voucher" in line:
            code = line["voucher"][:60]
            found.append(
                text("Ticket {ticket} was bought by voucher {code}, which is none here.", ticket=ticket, code=code)
            )
        if "answers" in line:
            said = line["answers"][:LONGEST]
            found.append(text("Answers given with ticket {ticket} stay there: {said}", ticket=ticket, said=said))
    return found
