"""Shapes of playback's requests and answers."""

from typing import Annotated

from pydantic import Field

from novacast.clock import SECOND, iso
from novacast.playback.models import Stream, Viewing
from novacast.web import Body, PageBody


class StreamQuery(Body):
    take_over: Annotated[bool, Field(description="End the session longest unseen where too many devices watch.")] = (
        False
    )
    session: Annotated[
        str | None,
        Field(max_length=64, description="`session` of the stream this device had; while it is good it goes on."),
    ] = None


class StreamBody(Body):
    id: str
    kind: Annotated[str, Field(description="`video` or `live`.")]
    title: str
    org_id: str
    url: Annotated[str, Field(description="HLS multivariant playlist. Opening it begins a viewing session.")]
    session: Annotated[str, Field(description="Id of the viewing session, for what a player reports of it.")]
    url_expires_at: Annotated[str, Field(description="Until when `url` can begin; once begun it stays usable.")]
    poster: str | None
    storyboard: Annotated[str | None, Field(description="WebVTT whose cues are pictures with `#xywh`.")]
    duration: Annotated[float | None, Field(description="Seconds; null while unknown or endless.")]
    part: Annotated[float | None, Field(description="Seconds of a part of what is on air; null without low latency.")]
    latency: Annotated[float | None, Field(description="Seconds to stay behind what is on air; null of what is not.")]

    @classmethod
    def of(cls, stream: Stream) -> "StreamBody":
        return cls(
            id=stream.media_id,
            kind=stream.kind,
            title=stream.title,
            org_id=stream.org_id,
            url=stream.url,
            session=stream.session,
            url_expires_at=iso(stream.expires_at),
            poster=stream.poster,
            storyboard=stream.storyboard,
            duration=_seconds(stream.duration),
            part=_seconds(stream.part),
            latency=_seconds(stream.latency),
        )


class ViewingBody(Body):
    id: str
    media_id: str
    title: str
    device: Annotated[str, Field(description="For people, such as `Firefox on Linux`.")]
    started_at: str
    seen_at: Annotated[str, Field(description="Half a minute exact.")]

    @classmethod
    def of(cls, viewing: Viewing) -> "ViewingBody":
        return cls(
            id=viewing.id,
            media_id=viewing.media_id,
            title=viewing.title,
            device=viewing.device,
            started_at=iso(viewing.started_at),
            seen_at=iso(viewing.seen_at),
        )


def _seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else microseconds / SECOND


class ViewingsBody(PageBody[ViewingBody]):
    pass
