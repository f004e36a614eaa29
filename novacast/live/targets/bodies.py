"""Shapes of targets over the API. The key goes in and never comes out."""

from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.i18n import translated
from novacast.live.targets.models import (
    KEY_LENGTH,
    LONGEST_DELAY,
    MOST_PASSPHRASE,
    NAME_LENGTH,
    URL_LENGTH,
    Target,
    TargetState,
)
from novacast.live.targets.service import Draft, Listed
from novacast.web import Body, ListBody

Url = Annotated[str, Field(max_length=URL_LENGTH, description="rtmp://host/app, rtmps://host/app or srt://host:port.")]
Secret = Annotated[
    str,
    Field(max_length=KEY_LENGTH, description="The stream key there, by SRT the stream id. It is never shown again."),
]
Passphrase = Annotated[
    str, Field(max_length=MOST_PASSPHRASE, description="That SRT encrypts with; empty: nothing is. Never shown again.")
]
Delay = Annotated[int, Field(ge=0, le=LONGEST_DELAY, description="By how much it is behind what viewers here see.")]
Name = Annotated[str, Field(max_length=NAME_LENGTH)]


class TargetChangesBody(Body):
    """What is left out stays as it is."""

    name: Name | None = None
    url: Url | None = None
    key: Secret | None = None
    passphrase: Passphrase | None = None
    enabled: Annotated[bool | None, Field(description="Also while it is on air: begin and stop sending.")] = None
    delay_seconds: Delay | None = None

    def draft(self) -> Draft:
        return Draft(self.name, self.url, self.key, self.passphrase, self.enabled, self.delay_seconds)


class NewTargetBody(TargetChangesBody):
    url: Url


class TargetBody(Body):
    id: str
    channel: str
    name: str
    url: str
    has_key: bool
    has_passphrase: bool
    enabled: bool
    delay_seconds: int
    state: TargetState
    since: Annotated[str, Field(description="Since when it is in this state.")]
    words: Annotated[str, Field(description="Why it failed last; empty while all is well.")]
    bitrate: Annotated[int, Field(description="Bits a second that are sent now.")]
    dropped: Annotated[int, Field(description="Frames left out because the other side was too slow.")]

    @classmethod
    def of(cls, listed: Listed) -> "TargetBody":
        one = listed.target
        return cls(
            id=one.id,
            channel=one.channel_id,
            name=one.name,
            url=one.url,
            has_key=one.has_key,
            has_passphrase=one.has_passphrase,
            enabled=one.enabled,
            delay_seconds=one.delay_seconds,
            state=one.state,
            since=iso(one.state_at),
            words=translated(one.words),
            bitrate=listed.numbers.get("bitrate", 0),
            dropped=listed.numbers.get("dropped", 0),
        )

    @classmethod
    def still(cls, target: Target) -> "TargetBody":
        """Just made or changed."""
        return cls.of(Listed(target, {}))


class TargetsBody(ListBody[TargetBody]):
    pass
