"""An occasion that many are told of, what one person is told, and in which words. Pure."""

from collections.abc import Mapping, Sequence

from novacast.clock import DAY, HOUR, SECOND
from novacast.i18n import text, translated
from novacast.notifications.kinds import Kind
from novacast.notifications.push.models import Message, Urgency
from novacast.records import dataclass
from novacast.words import hour_in

STAGES: Mapping[Kind, Sequence[Kind]] = {
    Kind.ON_AIR: (Kind.TICKET_ON_AIR, Kind.ON_AIR),
    Kind.VIDEO: (Kind.VIDEO,),
    Kind.EVENT_DAY: (Kind.EVENT_DAY,),
    Kind.EVENT_HOUR: (Kind.EVENT_HOUR,),
}
"""Who is told of an occasion, one group after the other. Somebody of two groups is told once, as one of the first."""
FOLLOWING = frozenset({Kind.ON_AIR, Kind.VIDEO})
"""Kinds whose readers follow something; all others have tickets."""
BOUNDED = FOLLOWING | {Kind.MENTION}
"""Kinds of which somebody gets so many a day by mail and push, and not more."""
_URGENCY = {Kind.VIDEO: Urgency.LOW, Kind.EVENT_HOUR: Urgency.HIGH, Kind.TICKET_ON_AIR: Urgency.HIGH}
_LASTS = {Kind.VIDEO: DAY, Kind.MENTION: 6 * HOUR}
REMEMBERED = 400 * DAY
"""Occasions: nothing is told anew within that."""


TEMPLATES: Mapping[Kind, str] = {
    Kind.ON_AIR: "on_air",
    Kind.TICKET_ON_AIR: "ticket_on_air",
    Kind.VIDEO: "new_video",
    Kind.EVENT_DAY: "event_day",
    Kind.EVENT_HOUR: "event_hour",
    Kind.MENTION: "mentioned",
}
"""Of mails."""
_WORDED = ("title", "house", "name", "starts_at", "timezone", "venue")


@dataclass(frozen=True, slots=True)
class Occasion:
    id: str
    kind: Kind
    subject: str
    """Id of what it is about."""
    key: str
    """The same for the same occasion, however often it is heard of."""
    things: Sequence[str]
    """Ids of what its followers follow."""
    stage: int
    after: str
    """Whoever stands behind this key is still to be told."""
    over: bool

    @property
    def told(self) -> Kind:
        """As what those are told whose turn it is."""
        return STAGES[self.kind][self.stage]


@dataclass(frozen=True, slots=True)
class News:
    """What is told, in no language yet."""

    title: str
    path: str
    """On this site."""
    house: str = ""
    name: str = ""
    """Of who did it."""
    starts_at: int | None = None
    timezone: str = "UTC"
    venue: str = ""
    watch: str = ""
    """Path at which it can be watched, where that is another."""

    def kept(self) -> Mapping[str, str | int | None]:
        """What its words are made of, for a row."""
        return {part: getattr(self, part) for part in _WORDED}

    @property
    def when(self) -> str:
        """In the language that is being spoken, by the venue's clocks."""
        return "" if self.starts_at is None else hour_in(self.starts_at, self.timezone)


def words(kind: Kind, news: News) -> tuple[str, str]:
    """A line, and what stands below it, in the language that is being spoken."""
    match kind:
        case Kind.ON_AIR | Kind.TICKET_ON_AIR:
            return translated(text("{title} is on air", title=news.title)), news.house
        case Kind.VIDEO:
            return translated(text("New: {title}", title=news.title)), news.house
        case Kind.MENTION:
            return translated(text("{name} mentioned you", name=news.name)), news.title
        case _:
            return news.title, " · ".join(filter(None, (news.when, news.venue)))


def message(kind: Kind, key: str, news: News, now: int) -> Message:
    """A push, in the language that is being spoken."""
    title, body = words(kind, news)
    lasts = _LASTS.get(kind, 2 * HOUR)
    if news.starts_at is not None:
        lasts = max(news.starts_at - now, HOUR)
    return Message(title, body, news.path, key, lasts // SECOND, _URGENCY.get(kind, Urgency.NORMAL))


def context(news: News, url: str, root: str) -> Mapping[str, str]:
    """A mail's, in the language that is being spoken. `root`: the public address of the server."""
    return {
        "title": news.title,
        "house": news.house,
        "name": news.name,
        "when": news.when,
        "venue_name": news.venue,
        "url": url,
        "watch": f"{root}{news.watch}" if news.watch else "",
    }


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person was told, as the list of notices shows it."""

    id: str
    kind: Kind
    news: News
    at: int
    read_at: int | None
