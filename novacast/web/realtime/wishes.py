"""What a reader wants to hear of all that it may hear: topics, whole or by their noun, and of which things."""

from collections.abc import Iterator, Mapping

from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.outbox import Event
from novacast.records import dataclass
from novacast.topics import within

MOST = 100
LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class Wish:
    parts: tuple[tuple[str, str], ...] = ()
    """Topic or noun, and an id; "" for all things. None of them at all: everything."""

    @classmethod
    def read(cls, written: str) -> "Wish":
        """`video.ready,programme:ID`. Raises InvalidInput for too many, or an id that can't be one."""
        parts = dict.fromkeys(_parts(written))
        if len(parts) > MOST:
            raise InvalidInput.field("topics", text("At most {most} topics go into one stream.", most=MOST))
        if any(len(subject) > LONGEST_ID for _, subject in parts):
            raise InvalidInput.field("topics", text("What stands behind a colon is no id of anything here."))
        return cls(tuple(sorted(parts)))

    def wants(self, event: Event) -> bool:
        return not self.parts or any(
            within(event.topic, name) and (not subject or _is_about(event, subject)) for name, subject in self.parts
        )

    def subjects(self) -> Mapping[str, tuple[str, ...]]:
        """The things that are asked for by id, each with its topics and nouns."""
        found: dict[str, tuple[str, ...]] = {}
        for name, subject in self.parts:
            if subject:
                found[subject] = (*found.get(subject, ()), name)
        return found


def _parts(written: str) -> Iterator[tuple[str, str]]:
    for part in written.split(","):
        name, _, subject = part.strip().partition(":")
        if name:
            yield name, subject


def _is_about(event: Event, subject: str) -> bool:
    """Also where its payload names the thing: a programme's facts are about its channel too."""
    return event.subject == subject or subject in event.payload.values()
