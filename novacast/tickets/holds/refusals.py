"""Why units are not to be had, and how seats were chosen, in words. Pure."""

from collections.abc import Sequence

from novacast.database import IntegrityError
from novacast.errors import FieldError
from novacast.i18n import text
from novacast.tickets.codes.models import CodeRefused
from novacast.tickets.events.models import Item
from novacast.tickets.holds.models import LonelySeat, SeatsTaken, SoldOut
from novacast.tickets.seatmaps.choice import Best
from novacast.tickets.seatmaps.models import Seat


def refusal(error: IntegrityError, item: Item, seat: Seat | None) -> Exception:
    said = str(error)
    if "code_limit" in said:
        return CodeRefused(text("The code was used as often as it may be."))
    if "used <= capacity" in said:
        return SoldOut(text("There is not so much left of {item}.", item=item.name))
    if "no quota counts" in said:
        return SoldOut(text("Nobody has said how many of {item} there are.", item=item.name))
    if seat is not None and "claims.seat_id" in said:
        return SeatsTaken(text("Somebody else has {seats}.", seats=seat.label))
    return error


def in_the_way(gone: Sequence[Seat], instead: Sequence[Seat]) -> SeatsTaken:
    names = ", ".join(one.label for one in gone)
    errors = [FieldError(one.seat_id, "taken", text("Somebody else has {seats}.", seats=one.label)) for one in gone]
    if not instead:
        return SeatsTaken(text("Somebody else has {seats}.", seats=names), errors=errors)
    others = ", ".join(one.label for one in instead)
    said = text("Somebody else has {seats}. Free are {others}.", seats=names, others=others)
    return SeatsTaken(said, errors=errors)


def lonely_seats(left: Sequence[Seat], instead: Sequence[Seat]) -> LonelySeat:
    names, others = ", ".join(one.label for one in left), ", ".join(one.label for one in instead)
    said = text("That would leave {seats} alone. Take one seat further, or {others}.", seats=names, others=others)
    return LonelySeat(said, errors=[FieldError(one.seat_id, "lonely", said) for one in left])


def explained(best: Best) -> str:
    if best.together:
        return text("The best seats that are free side by side.")
    return text("There are not so many side by side; these are near each other.")
