"""What befell an encoder, in words: for the doctor, the page of a job and the log."""

from enum import StrEnum

from novacast.clock import moment
from novacast.i18n import Text, text
from novacast.records import dataclass


class Event(StrEnum):
    FAILED = "failed"
    """Once, for one part."""
    BUSY = "busy"
    """Its sessions were taken, by us or by another program."""
    SET_ASIDE = "set_aside"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Report:
    at: int
    event: Event
    encoder: str
    device: str
    reason: str = ""
    """As FFmpeg said it, or a Text of ours."""
    instead: str = ""
    """Who does the work now; empty when nobody could."""
    failures: int = 0
    """In a row, this one included."""
    until: int | None = None

    @property
    def message(self) -> Text:
        said = text("{encoder} on {device}", encoder=self.encoder, device=self.device)
        match self.event:
            case Event.LIFTED:
                return text("{device} passed a new trial and is used again.", device=self.device)
            case Event.BUSY:
                happened = text("{encoder} had no session free: {reason}", encoder=said, reason=self._reason)
            case Event.FAILED:
                happened = text("{encoder} failed: {reason}", encoder=said, reason=self._reason)
            case _:
                happened = text(
                    "{encoder} failed {failures} times in a row: {reason} It is set aside until {time} UTC.",
                    encoder=said,
                    failures=self.failures,
                    reason=self._reason,
                    time=f"{moment(self.until or self.at):%H:%M}",
                )
        if not self.instead:
            return happened
        return text("{happened} {instead} does the work.", happened=happened, instead=self.instead)

    @property
    def _reason(self) -> str:
        """A sentence with its full stop; FFmpeg writes none."""
        return self.reason if self.reason.endswith((".", "!", "?")) else f"{self.reason}."
