"""Rooms, messages, polls, who writes them, and the rules between them. Pure. Instants are microseconds UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any

from novacast.chat.ports import Place
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.texts import printable

LONGEST_TEXT = 500
LONGEST_KEY = 64
MOST_OPTIONS = 10
LONGEST_OPTION = 100
LONGEST_POLL = 24 * 3600
"""Seconds."""
MOST_REACTIONS = 20
"""Different ones below one message."""
MOST_OWN_REACTIONS = 5
"""Of one person below one message."""
LONGEST_REACTION = 34
"""The name of an emote between its colons."""
MOST_MENTIONS = 10
LONGEST_SLOW = 3600
"""Seconds of slow mode."""
MAY_EDIT_SECONDS = 3600
"""How long an author may change what was said; others' eyes remember it by then."""


class Kind(StrEnum):
    MESSAGE = "message"
    ACTION = "action"
    """What `/me` says."""
    ANNOUNCEMENT = "announcement"
    POLL = "poll"


class Notice(StrEnum):
    """What became of the programme: a line of the house, which nobody wrote."""

    INTERRUPTED = "interrupted"
    RESUMED = "resumed"
    ENDED = "ended"


class State(StrEnum):
    SHOWN = "shown"
    HELD = "held"
    """For its author and moderators, until one of them decides."""
    DELETED = "deleted"


GIFT = "gift"
"""Kind of the badge that says what was given with a message."""
STAFF = frozenset({"staff", "organizer"})
"""Kinds of badges that roles give. What they say is shown to everybody, however much is said."""


@dataclass(frozen=True, slots=True)
class Badge:
    """What a name is shown with. `kind`: `staff`, `organizer`, `member`, `ticket`, or another source's own."""

    kind: str
    label: str = ""
    """In words where the kind does not say all, such as a ticket's category."""


class Who(StrEnum):
    """Who may write in a room, staff aside."""

    EVERYONE = "everyone"
    MEMBERS = "members"
    TICKETS = "tickets"
    MEMBERS_OR_TICKETS = "members_or_tickets"

    @property
    def badges(self) -> frozenset[str]:
        """Of which one is needed; empty: none."""
        return frozenset(_NEEDED[self])


_NEEDED: Mapping[str, tuple[str, ...]] = {
    "everyone": (), "members": ("member",), "tickets": ("ticket",), "members_or_tickets": ("member", "ticket"),
}  # fmt: skip


class Links(StrEnum):
    """What becomes of a message that has a link."""

    ALLOWED = "allowed"
    HELD = "held"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Silenced:
    """Someone may read and not write."""

    kind: str
    """`timeout` or `ban`."""
    until: int | None
    """None: until it is lifted."""
    reason: str


@dataclass(frozen=True, slots=True)
class Visit:
    """By what somebody may be known again under another name: marks, of which nothing can be read back."""

    networks: Mapping[int, bytes]
    """Of the networks that the address is in, by the length of their prefix."""
    device: bytes | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Someone in a room, as they are at this moment."""

    principal: Principal
    place: Place
    name: str
    badges: tuple[Badge, ...]
    moderates: bool
    """Sees and may do everything there."""
    silenced: Silenced | None = None
    visit: Visit | None = field(default=None, compare=False, repr=False)

    @property
    def person_id(self) -> str | None:
        return self.principal.person_id

    @property
    def writes(self) -> bool:
        """Whether there is anybody whose word it would be, and a room that takes words."""
        return self.principal.signed_in and self.place.open and self.principal.has_scope("write")


@dataclass(frozen=True, slots=True)
class Room:
    id: str
    org_id: str
    seq: int = 0
    """Of the last change. Each message, edit, deletion, reaction and setting takes the next one."""
    slow_seconds: int = 0
    """Between two messages of one person; 0: as they like."""
    pinned: str | None = None
    """Id of a message."""
    poll: str | None = None
    """Id of the message that asks what is being voted on."""
    created_at: int = 0
    who: Who = Who.EVERYONE
    links: Links = Links.ALLOWED


@dataclass(frozen=True, slots=True)
class Poll:
    options: tuple[str, ...]
    votes: tuple[int, ...]
    closes_at: int | None
    closed_at: int | None = None

    def is_open(self, now: int) -> bool:
        return self.closed_at is None and (self.closes_at is None or now < self.closes_at)


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    room_id: str
    seq: int
    """Its place in the room."""
    changed_seq: int
    """Of its last change; its own seq if there was none."""
    kind: Kind
    state: State
    person_id: str | None
    """None once that person is erased, and of a notice."""
    name: str
    badges: tuple[Badge, ...]
    text: str
    """As it was typed, mentions as `<@id>`."""
    mentions: Mapping[str, str]
    """Names by the ids in the text."""
    reply_to: str | None
    at: int | None
    """Microseconds of the media it belongs to; None: to no moment of it."""
    sent_at: int
    edited_at: int | None = None
    deleted_at: int | None = None
    deleted_by: str | None = None
    reactions: Mapping[str, int] = field(default_factory=dict)
    poll: Poll | None = None
    notice: Notice | None = None
    """Of announcements of the house."""

    @property
    def by_staff(self) -> bool:
        return any(badge.kind in STAFF for badge in self.badges)

    @property
    def stands_out(self) -> bool:
        """Whether everybody is shown it, however much is said."""
        return self.by_staff or any(badge.kind == GIFT for badge in self.badges)

    def is_for(self, guest: Guest) -> bool:
        """Whether this guest is shown it: what is held, only its author and moderators are."""
        if self.state is State.SHOWN or guest.moderates:
            return True
        return self.state is State.HELD and guest.person_id is not None and guest.person_id == self.person_id


@dataclass(frozen=True, slots=True)
class Draft:
    """What someone wants to say."""

    text: str
    reply_to: str | None = None
    at: int | None = None
    """Where their player is, for what is no live programme."""
    key: str | None = None
    """Made up by the client: the same message with the same key is sent once, however often it comes."""
    kind: Kind = Kind.MESSAGE
    state: State = State.SHOWN
    held_for: tuple[str, str] = ("", "")
    """Why it is held: `word` or `link`, and what it was found by."""
    watched: bool = False
    """Whether the machine is to look at it once it is said."""
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the room's log."""

    id: int
    at: int
    room_id: str
    actor_id: str | None
    action: str
    """A noun and a past verb, such as `message.deleted`."""
    message_id: str | None
    person_id: str | None
    """Whom it was done to."""
    detail: Mapping[str, Any]
    undone_by: int | None = None
    """The line that took it back."""


def clean_text(written: str, field: str = "text", most: int = LONGEST_TEXT) -> str:
    """What may be said. Raises InvalidInput."""
    said = printable(written.replace("\r\n", "\n"), keep="\n\t").strip()
    if not said:
        raise InvalidInput.field(field, text("There is nothing in this message."), "required")
    if len(said) > most:
        message = text("The message has {length} characters; {most} are the most.", length=len(said), most=most)
        raise InvalidInput.field(field, message, "too_long")
    return said


def clean_reaction(written: str) -> str:
    """One emoji, however many code points it takes, or the `:name:` of one. Raises InvalidInput."""
    sign = printable(written).strip()
    named = len(sign) > 2 and sign[0] == sign[-1] == ":" and sign[1:-1].replace("_", "").isalnum()
    drawn = sign != "" and not any(one.isalpha() or one.isspace() for one in sign) and not sign.isascii()
    if len(sign) > LONGEST_REACTION or not (named or drawn):
        raise InvalidInput.field("reaction", text("React with one emoji."))
    return sign


def clean_options(written: Sequence[str]) -> tuple[str, ...]:
    """Raises InvalidInput."""
    options = tuple(clean_text(one, "options", LONGEST_OPTION) for one in written)
    if not 2 <= len(options) <= MOST_OPTIONS or len(set(options)) < len(options):
        message = text("A poll needs 2 to {most} different answers.", most=MOST_OPTIONS)
        raise InvalidInput.field("options", message)
    return options
