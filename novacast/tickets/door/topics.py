"""What is told of doors: to those who let people in, and to the devices that are paired with a list."""

from collections.abc import Mapping, Sequence

from novacast.identity import Action
from novacast.tickets.door.models import Verdict
from novacast.topics import Schema, Topic, integer, maybe, one_of, string

_GATE = string("Where.")
_PASSED: Mapping[str, Schema] = {
    "ticket": string("Id of the ticket."),
    "gate": _GATE,
    "ordinal": integer("The ticket's number in its performance."),
    "standing": {"type": "integer", "enum": [0, 2, 3], "description": "0 void, 2 inside, 3 has left."},
    "forced": {"type": "boolean", "description": "Let in although the list says no."},
}
_GATES: Schema = {
    "type": "array",
    "description": "As in the answer of `/gates`.",
    "items": {
        "type": "object",
        "properties": {
            "gate": _GATE,
            "entries": integer("Who came in."),
            "exits": integer("Who left."),
            "refused": integer("Scans that let nobody through."),
            "inside": integer("Who came in here and has not left."),
        },
    },
}
_RUNS: Mapping[str, Schema] = {
    "ordinals": {
        "type": "array",
        "description": "First and last number of each stretch.",
        "items": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    },
    "serial": integer("Of those that were issued."),
}
_DEVICE: Mapping[str, Schema] = {"device": string("Id of the device.")}


def _at_lists(name: str, about: str, payload: Mapping[str, Schema], *, kept: bool = True) -> Topic:
    return Topic(name=name, about=about, payload=payload, action=Action.CHECK_IN, viewers=True, kept=kept)


TOPICS: Sequence[Topic] = (
    _at_lists("checkin.entry", "A ticket was let in; the subject is the list.", _PASSED),
    _at_lists("checkin.exit", "A ticket went out; the subject is the list.", _PASSED),
    _at_lists("checkin.counted", "How many passed each gate of a list by now.", {"gates": _GATES}, kept=False),
    _at_lists("checkin.changed", "The rules of a list are others.", {}),
    _at_lists("ticket.issued", "A performance has new tickets.", _RUNS),
    _at_lists("ticket.reissued", "A ticket was made anew; the old one is worth nothing.", _RUNS),
    _at_lists("ticket.voided", "Tickets are worth nothing any more.", _RUNS),
    _at_lists(
        "incident.opened",
        "A device without a network let somebody through whom the house would have refused.",
        {
            "incident": string("Id of it."),
            "verdict": one_of("What the house would have said.", *(one.value for one in Verdict)),
            "gate": _GATE,
            "other_gate": maybe(string("Where somebody came in with the same ticket.")),
        },
    ),
    _at_lists("incident.settled", "Somebody has looked at it.", {"incident": string("Id of it.")}),
    Topic(name="device.paired", about="A performance has a device.", payload=_DEVICE, action=Action.CHECK_IN),
    Topic(name="device.revoked", about="A device can do nothing more.", payload=_DEVICE, action=Action.CHECK_IN),
)
