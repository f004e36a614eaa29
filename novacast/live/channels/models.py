"""What may be set of a channel. Pure."""

from collections.abc import Mapping
from typing import Any

from novacast.errors import FieldError
from novacast.i18n import text
from novacast.live.models import PassThrough
from novacast.live.packaging.models import PROFILES
from novacast.records import dataclass
from novacast.texts import Texts
from novacast.visibility import Visibility

MOST_CHANNELS = 200
"""Of one organization."""
HEIGHTS = (64, 4320)
MOST_HEIGHTS = 8
LONGEST_RETURN = 3600


@dataclass(frozen=True, slots=True)
class Setup:
    """What an edit sets; None leaves a field as it is."""

    name: str | None = None
    description: str | None = None
    visibility: Visibility | None = None
    profile: str | None = None
    heights: tuple[int, ...] | None = None
    pass_through: PassThrough | None = None
    return_seconds: int | None = None
    record: bool | None = None
    dvr: bool | None = None
    keep_source: bool | None = None

    def checked(self) -> Mapping[str, Any]:
        """The columns to set. Raises InvalidInput with every field at fault."""
        texts = Texts()
        columns: dict[str, Any] = {}
        if self.name is not None:
            columns["name"] = texts.title(self.name, text("Give the channel a name."), "name")
        if self.description is not None:
            columns["description"] = texts.description(self.description)
        if self.profile is not None:
            columns["profile"] = self.profile
            if self.profile not in PROFILES:
                texts.errors.append(FieldError("profile", "invalid", text("There is no such profile.")))
        if self.heights is not None:
            columns["heights"] = _heights(texts, self.heights)
        if self.return_seconds is not None:
            columns["return_seconds"] = self.return_seconds
            if not 0 <= self.return_seconds <= LONGEST_RETURN:
                message = text("An encoder may stay away for 0 to {most} seconds.", most=LONGEST_RETURN)
                texts.errors.append(FieldError("return_seconds", "out_of_range", message))
        texts.check()
        plain = {name: getattr(self, name) for name in _PLAIN}
        return columns | {name: value for name, value in plain.items() if value is not None}


_PLAIN = ("visibility", "pass_through", "record", "dvr", "keep_source")


def _heights(texts: Texts, heights: tuple[int, ...]) -> tuple[int, ...]:
    found = tuple(sorted(set(heights)))
    low, high = HEIGHTS
    if not 1 <= len(found) <= MOST_HEIGHTS or any(one % 2 or not low <= one <= high for one in found):
        message = text(
            "Name 1 to {most} heights, even numbers from {low} to {high}.", most=MOST_HEIGHTS, low=low, high=high
        )
        texts.errors.append(FieldError("heights", "out_of_range", message))
    return found
