"""Shapes of rules."""

from typing import Annotated, Any

from pydantic import Field

from novacast.chat.models import Links, Who
from novacast.chat.moderation.rules.models import MOST_DAYS, MOST_MINUTES, WIDEST
from novacast.chat.moderation.rules.store import Layers
from novacast.web import Body


class RulesBody(Body):
    """What holds. `own` names what is set here; the rest is the organization's, or as it is from the beginning."""

    who: Who
    links: Links
    min_account_minutes: int
    verified_mail: bool
    address_bans: bool
    address_bits: int
    address_days: int
    device_bans: bool
    automatic: bool
    own: list[str]

    @classmethod
    def of(cls, layers: Layers, *, room: bool) -> "RulesBody":
        own = layers.room if room else layers.org
        rules = layers.rules
        known = {name: getattr(rules, name) for name in cls.model_fields if name != "own"}
        return cls(**known, own=sorted(own))


class RulesChangesBody(Body):
    """What is left out stays; null takes a rule back."""

    who: Annotated[Who | None, Field(strict=False)] = None
    links: Annotated[Links | None, Field(strict=False, description="What becomes of messages with links.")] = None
    min_account_minutes: Annotated[
        int | None, Field(ge=0, le=MOST_MINUTES, description="Age of an account before it may write.")
    ] = None
    verified_mail: Annotated[bool | None, Field(description="Only with a proven mail address.")] = None
    address_bans: Annotated[bool | None, Field(description="A ban is of the address too.")] = None
    address_bits: Annotated[
        int | None, Field(ge=WIDEST, le=32, description="Of an IPv4 address, that count; of IPv6 it is a /64.")
    ] = None
    address_days: Annotated[int | None, Field(ge=1, le=MOST_DAYS, description="So long at most.")] = None
    device_bans: Annotated[bool | None, Field(description="A ban is of their browsers too, by a cookie.")] = None
    automatic: Annotated[bool | None, Field(description="A machine looks at what was said.")] = None

    def changes(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.model_fields_set}
