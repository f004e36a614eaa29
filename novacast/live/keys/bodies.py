"""Shapes of stream keys over the API."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from novacast.clock import SECOND, instant, iso
from novacast.errors import InvalidInput
from novacast.i18n import text
from novacast.live.keys.obs import EncoderSetup, Ingest, encoder_setup
from novacast.live.keys.service import NAME_LENGTH, Fresh
from novacast.live.models import FeedRole, StreamKey
from novacast.web import Body, PageBody

Role = Annotated[FeedRole, Field(description="The backup is shown while the main feed is not there.")]

LONGEST = 10 * 366 * 24 * 3600


class NewKeyBody(Body):
    name: Annotated[str, Field(max_length=NAME_LENGTH, description="So that one knows later what it is for.")] = ""
    role: Role = FeedRole.MAIN
    expires_at: Annotated[
        AwareDatetime | None, Field(description="From then on it lets nobody in; null: it does not run out.")
    ] = None

    expires_in: Annotated[
        int | None,
        Field(ge=60, le=LONGEST, description="The same in seconds from now, for those whose own clock may be wrong."),
    ] = None

    def until(self, now: int) -> int | None:
        """Raises InvalidInput where both are given."""
        if self.expires_in is None:
            return None if self.expires_at is None else instant(self.expires_at)
        if self.expires_at is not None:
            raise InvalidInput.field("expires_in", text("Say when the key runs out, or after how long; not both."))
        return now + self.expires_in * SECOND


class KeyBody(Body):
    id: Annotated[str, Field(description="To name it by; it opens nothing.")]
    channel: str
    person: Annotated[str | None, Field(description="Id of whose it is.")]
    name: str
    role: Role
    created_at: str
    expires_at: str | None
    used_at: Annotated[str | None, Field(description="When an encoder last came with it.")]
    revoked_at: str | None

    @classmethod
    def of(cls, key: StreamKey) -> "KeyBody":
        return cls(
            id=key.id,
            channel=key.channel_id,
            person=key.person_id,
            name=key.name,
            role=key.role,
            created_at=iso(key.created_at),
            expires_at=iso(key.expires_at),
            used_at=iso(key.used_at),
            revoked_at=iso(key.revoked_at),
        )


class KeysBody(PageBody[KeyBody]):
    pass


class EncoderBody(Body):
    """What to enter in an encoder; in OBS Studio under Settings, Stream, with the service "Custom"."""

    server: Annotated[str | None, Field(description="null: this server listens for no encoders.")]
    key: Annotated[str | None, Field(description="Only in the answer that made it: it is stored nowhere.")]
    keyframe_seconds: int
    video_kbps: int
    audio_kbps: int
    height: Annotated[int, Field(description="Lines of the picture to send; the ladder is never above it.")]
    srt: Annotated[str | None, Field(description="Address for SRT, to be ended by the key. null: it is switched off.")]
    whip: Annotated[str | None, Field(description="Address for WHIP; the key is its bearer. null: it is switched off.")]
    service: Annotated[Mapping[str, Any], Field(description="OBS Studio's `service.json`, as its profile holds it.")]

    @classmethod
    def of(cls, setup: EncoderSetup) -> "EncoderBody":
        return cls(
            server=setup.server,
            key=setup.key,
            keyframe_seconds=setup.keyframe_seconds,
            video_kbps=setup.video_kbps,
            audio_kbps=setup.audio_kbps,
            height=setup.height,
            srt=setup.srt,
            whip=setup.whip,
            service=setup.service,
        )


class FreshKeyBody(KeyBody):
    secret: Annotated[str, Field(description="What the encoder is given. It is never shown again.")]
    encoder: EncoderBody

    @classmethod
    def fresh(cls, fresh: Fresh, ingest: Ingest) -> "FreshKeyBody":
        encoder = EncoderBody.of(encoder_setup(ingest, fresh.channel, fresh.secret))
        return cls(**dict(KeyBody.of(fresh.key)), secret=fresh.secret, encoder=encoder)
