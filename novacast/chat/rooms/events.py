"""What changed in a room, made into bytes once, whoever gets it."""

from collections.abc import Sequence
from typing import Any

from novacast.chat import shapes
from novacast.chat.models import Guest, Kind, Message, Room, State


class Event:
    """One change, which took one sequence number."""

    __slots__ = ("about", "data", "for_staff", "instead", "persons", "sampled", "seq")

    def __init__(
        self,
        seq: int,
        value: dict[str, Any],
        *,
        for_staff: bool = False,
        instead: dict[str, Any] | None = None,
        persons: Sequence[str] = (),
        sampled: bool = False,
        about: str = "",
    ) -> None:
        self.seq = seq
        self.data = shapes.encoded(value)
        self.for_staff = for_staff
        """Viewers are not shown it, `persons` aside; they are told `instead`, where there is anything to tell."""
        self.instead = None if instead is None else shapes.encoded(instead)
        self.persons = tuple(persons)
        """They get it whatever else is left out: its author, and whoever is mentioned."""
        self.sampled = sampled
        """May be left out for viewers where too much is said."""
        self.about = about
        """Of several about the same thing only the last one counts; empty: it stands for itself."""

    def shown_to(self, guest: Guest) -> bytes | None:
        """What this guest is told, when it comes back to it."""
        if not self.for_staff or guest.moderates or (guest.person_id in self.persons and guest.person_id is not None):
            return self.data
        return self.instead


def said(one: Message) -> Event:
    """A message that is new, or other than it was."""
    persons = ([one.person_id] if one.person_id is not None else []) + list(one.mentions)
    plain = one.kind in (Kind.MESSAGE, Kind.ACTION) and one.changed_seq == one.seq and not one.stands_out
    held = one.state is State.HELD
    value = {"type": "message", "message": shapes.message(one)}
    return Event(
        one.changed_seq, value, for_staff=held, persons=persons[:1] if held else persons, sampled=plain and not held
    )


def deleted(one: Message) -> Event:
    """Gone, or not for viewers any more."""
    return Event(one.changed_seq, _gone(one))


def held(one: Message) -> Event:
    """A message that everybody saw is held now."""
    persons = () if one.person_id is None else (one.person_id,)
    value = {"type": "message", "message": shapes.message(one)}
    return Event(one.changed_seq, value, for_staff=True, instead=_gone(one), persons=persons)


def _gone(one: Message) -> dict[str, Any]:
    return {"type": "deleted", "id": one.id, "changed": one.changed_seq}


def reacted(one: Message) -> Event:
    value = {"type": "reactions", "id": one.id, "changed": one.changed_seq, "reactions": dict(one.reactions)}
    return Event(one.changed_seq, value, about=f"r{one.id}")


def voted(one: Message) -> Event:
    assert one.poll is not None
    value = {"type": "poll", "id": one.id, "changed": one.changed_seq, "poll": shapes.poll(one.poll)}
    return Event(one.changed_seq, value, about=f"p{one.id}")


def set_up(one: Room, pinned: Message | None, asked: Message | None) -> Event:
    return Event(one.seq, {"type": "room", "room": shapes.room(one, pinned, asked)}, about="room")
