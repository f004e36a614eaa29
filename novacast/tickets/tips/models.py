"""Tips: what a house allows, and what somebody gave. Pure. Amounts in minor units."""

from collections.abc import Sequence

from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import text
from novacast.records import dataclass
from novacast.texts import printable
from novacast.tickets.events.models import currencies

LONGEST_WORDS = 200
"""Characters."""
MOST_SUGGESTIONS = 6
HIGHEST = 1_000_000


class TipsOff(Conflict):
    """Nobody can give a tip here at this moment."""

    code = "tips_off"


@dataclass(frozen=True, slots=True)
class TipRules:
    """Of a house. `least` and `most` of one tip."""

    enabled: bool
    currency: str
    least: int
    most: int
    suggestions: Sequence[int]
    tax_bp: int = 0

    def check(self) -> None:
        """Raises InvalidInput with every field at fault."""
        wrong: list[FieldError] = []
        if self.currency not in currencies():
            said = text("There is no such currency. Write its ISO 4217 code, such as EUR.")
            wrong.append(FieldError("currency", "invalid", said))
        if not 0 < self.least <= self.most <= HIGHEST:
            said = text("The least is more than nothing, and the most is not less than that.")
            wrong.append(FieldError("least", "out_of_range", said))
        outside = [one for one in self.suggestions if not self.least <= one <= self.most]
        if outside or len(self.suggestions) > MOST_SUGGESTIONS:
            said = text("Up to {most} suggestions, each from the least to the most.", most=MOST_SUGGESTIONS)
            wrong.append(FieldError("suggestions", "out_of_range", said))
        if wrong:
            raise InvalidInput(wrong[0].message, errors=wrong)

    def check_amount(self, amount: int) -> None:
        """Raises InvalidInput."""
        if not self.least <= amount <= self.most:
            raise InvalidInput.field("amount", text("The amount is not one that is taken here."), "out_of_range")


@dataclass(frozen=True, slots=True)
class Tip:
    id: str
    media_id: str
    org_id: str
    order_id: str
    person_id: str | None
    name: str
    message_id: str | None
    words: str
    at: int | None
    """Where its giver was in the media; None: now, as far as it is on air."""
    amount: int
    currency: str
    said: bool
    """Whether it stands in the room, or did."""
    shown: bool
    """Whether its amount does."""
    created_at: int


def clean_words(written: str) -> str:
    """What is said with a tip, in one line. Raises InvalidInput."""
    said = " ".join(printable(written).split())
    if len(said) > LONGEST_WORDS:
        message = text("The words have {length} characters; {most} are the most.", length=len(said), most=LONGEST_WORDS)
        raise InvalidInput.field("words", message, "too_long")
    return said
