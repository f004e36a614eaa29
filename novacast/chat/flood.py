"""How much one person may say: a burst as conversations have them, then as fast as one can read. Nothing is eaten: what
is too much is refused with the wait, and its author has it still."""

from novacast.chat.models import Guest, Room
from novacast.clock import SECOND
from novacast.errors import RateLimited
from novacast.i18n import text
from novacast.limits import Rate, RateLimiter


class SlowMode(RateLimited):
    """The room takes one message a person in so many seconds."""

    code = "slow_mode"


class Flood:
    def __init__(self, limiter: RateLimiter, *, burst: int, seconds: float) -> None:
        """`burst` messages at once, and as many again in `seconds`."""
        self._limiter = limiter
        self._says = Rate("chat.says", burst, seconds)
        self._does = Rate("chat.does", burst * 6, seconds)

    def says(self, guest: Guest) -> None:
        """Raises RateLimited."""
        self._check(self._says, guest)

    def does(self, guest: Guest) -> None:
        """Reactions, votes, edits. Raises RateLimited."""
        self._check(self._does, guest)

    def _check(self, rate: Rate, guest: Guest) -> None:
        if guest.moderates:
            return
        try:
            self._limiter.check(rate, f"{guest.place.media_id} {guest.person_id}")
        except RateLimited as error:
            message = text("That is too much at once. Wait a moment; what you wrote is still yours.")
            raise RateLimited(message, retry_after=error.retry_after) from error


def check_slow(room: Room, guest: Guest, last: int | None, now: int) -> None:
    """`last`: when this person wrote here. Raises SlowMode. A clock that was set back makes no wait longer."""
    if not room.slow_seconds or guest.moderates or last is None:
        return
    wait = room.slow_seconds - max(0, now - last) / SECOND
    if wait > 0:
        raise SlowMode(
            text("Slow mode: one message each {seconds} s. Yours is still yours.", seconds=room.slow_seconds),
            retry_after=wait,
        )
