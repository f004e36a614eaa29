"""What a view is: who is one viewer, who is none, and how much must have been played."""

import hmac
import re
from collections.abc import Sequence

from novacast.clock import DAY, MINUTE, SECOND
from novacast.limits import network
from novacast.records import dataclass

ONCE = 30 * MINUTE
"""The same viewer counts once in this time."""
PLAYED = 10 * SECOND
"""Of a longer video; of a shorter one, half."""
FASTEST = 2
"""Times real time that a player may play: so much sooner may 10 seconds have been played."""

_ROBOT = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|archiver|scrap|headless|phantomjs|lighthouse|pagespeed|pingdom|uptime|monitor"
    r"|preview|facebookexternalhit|embedly|curl/|wget/|libwww|httpclient|http-client|okhttp|axios/|node-fetch|undici"
    r"|python|aiohttp|scrapy|go-http|java/|ruby|perl|php/|postman|insomnia|lavf/|gstreamer|yt-dlp|youtube-dl",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Day:
    """`day`: days since 1970-01-01 UTC."""

    day: int
    number: int


@dataclass(frozen=True, slots=True)
class Counted:
    total: int
    days: Sequence[Day]
    last: int
    """Today."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who watched, as far as it matters for not counting them twice."""

    person_id: str | None
    address: str
    agent: str
    session_id: str

    def marks(self, salts: Sequence[bytes]) -> Sequence[bytes]:
        """Their pseudonyms under each day's salt, the newest first; each is two, of the viewer and of the session.

        Without the salt, which lives two days, nobody can be found again by a mark.
        """
        who = f"person {self.person_id}" if self.person_id else f"place {network(self.address)} {self.agent}"
        names = (who, f"session {self.session_id}")
        return [hmac.digest(salt, name.encode(), "sha256") for salt in salts for name in names]


def is_robot(agent: str) -> bool:
    """Also what does not say what it is."""
    return not agent.strip() or _ROBOT.search(agent) is not None


def needed(duration: int | None) -> int:
    """Microseconds that must have been played."""
    return PLAYED if duration is None else min(PLAYED, duration // 2)


def day_of(at: int) -> int:
    return at // DAY
