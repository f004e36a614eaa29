"""Shapes of the videos' API. Instants are ISO 8601 in UTC, durations and positions are seconds."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import SECOND, iso
from novacast.i18n import translated
from novacast.vods.models import (
    DESCRIPTION_LENGTH,
    TITLE_LENGTH,
    Changes,
    Position,
    Rung,
    Video,
    VideoState,
    Visibility,
    Watching,
)
from novacast.vods.service import Detail, StudioEntry
from novacast.vods.transcoding.models import Transcode, TranscodeState
from novacast.web import Body, ListBody, ListQuery, PageBody

Text = Annotated[str, Field(max_length=200)]
LANGUAGE = r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3})?$"


class LibraryQuery(ListQuery):
    q: Annotated[str, Field(max_length=200, description="Words to find; the last may be the beginning of one.")] = ""


class StudioQuery(LibraryQuery):
    state: VideoState | None = None
    visibility: Visibility | None = None
    mine: Annotated[bool, Field(description="Only the caller's own.")] = False


class ChangesBody(Body):
    """What is left out stays as it is."""

    title: Annotated[str | None, Field(min_length=1, max_length=TITLE_LENGTH)] = None
    description: Annotated[str | None, Field(max_length=DESCRIPTION_LENGTH)] = None
    language: Annotated[str | None, Field(pattern=LANGUAGE, description="BCP 47 tag; empty: not said.")] = None
    visibility: Visibility | None = None

    def changes(self) -> Changes:
        return Changes(self.title, self.description, self.language, self.visibility)


class PositionRequest(Body):
    seconds: Annotated[float, Field(ge=0, le=3_600_000, allow_inf_nan=False)]

    @property
    def at(self) -> int:
        return round(self.seconds * SECOND)


class VideoBody(Body):
    id: str
    organization: str
    title: str
    description: str
    language: str
    visibility: Visibility
    state: VideoState
    created_at: str
    published_at: str | None
    duration: float | None
    width: int | None
    height: int | None
    poster: Annotated[str | None, Field(description="Path of a picture.")]

    @classmethod
    def of(cls, video: Video) -> "VideoBody":
        return cls(
            id=video.id,
            organization=video.org_id,
            title=video.title,
            description=video.description,
            language=video.language,
            visibility=video.visibility,
            state=video.state,
            created_at=iso(video.created_at),
            published_at=iso(video.published_at),
            duration=None if video.duration is None else video.duration / SECOND,
            width=video.width,
            height=video.height,
            poster=poster_path(video),
        )


class VideosBody(PageBody[VideoBody]):
    pass


class RungBody(Body):
    name: str
    width: int
    height: int
    published: bool
    bytes: int | None

    @classmethod
    def of(cls, rung: Rung) -> "RungBody":
        return cls(name=rung.name, width=rung.width, height=rung.height, published=rung.published, bytes=rung.bytes)


class PositionBody(Body):
    seconds: float
    finished: bool
    updated_at: str

    @classmethod
    def of(cls, position: Position) -> "PositionBody":
        return cls(seconds=position.at / SECOND, finished=position.finished, updated_at=iso(position.updated_at))


class EncoderBody(Body):
    name: Annotated[str, Field(description="As FFmpeg calls it, and its device: `h264_nvenc on cuda:0`, `libx264`.")]
    parts: int


class TranscodeBody(Body):
    video: str
    state: TranscodeState
    step: Annotated[str, Field(description="`probe`, `encode` or `pictures` while it runs.")]
    progress: Annotated[float, Field(ge=0, le=1)]
    speed: Annotated[float | None, Field(description="Times real time.")]
    attempts: int
    cancelling: bool
    reason: Annotated[str | None, Field(description="Why it failed, in words.")]
    reason_code: str | None
    queued_at: str
    started_at: str | None
    ended_at: str | None
    encoders: Annotated[Sequence[EncoderBody], Field(description="That encoded it, and how many of its parts.")]
    mishaps: Annotated[Sequence[str], Field(description="Encoders that failed and who did their work, in words.")]

    @classmethod
    def of(cls, transcode: Transcode) -> "TranscodeBody":
        return cls(
            video=transcode.video_id,
            state=transcode.state,
            step=transcode.step,
            progress=transcode.progress / 1000,
            speed=transcode.speed,
            attempts=transcode.attempts,
            cancelling=transcode.cancelling,
            reason=None if transcode.reason is None else translated(transcode.reason),
            reason_code=transcode.reason_code,
            queued_at=iso(transcode.queued_at),
            started_at=iso(transcode.started_at),
            ended_at=iso(transcode.ended_at),
            encoders=[EncoderBody(name=name, parts=parts) for name, parts in transcode.encoded.parts.items()],
            mishaps=[translated(one) for one in transcode.encoded.told],
        )


class VideoDetailBody(VideoBody):
    rungs: Sequence[RungBody]
    resume: Annotated[float, Field(description="Seconds; where the caller stopped, 0 where they did not.")]
    editable: bool
    deletable: bool
    source_name: Annotated[str | None, Field(description="For those who may edit.")]
    transcode: Annotated[TranscodeBody | None, Field(description="For those who may edit.")]

    @classmethod
    def detailed(cls, detail: Detail) -> "VideoDetailBody":
        return cls(
            **dict(VideoBody.of(detail.video)),
            rungs=[RungBody.of(rung) for rung in detail.rungs],
            resume=resume_of(detail.position),
            editable=detail.editable,
            deletable=detail.deletable,
            source_name=detail.video.source_name if detail.editable else None,
            transcode=None if detail.transcode is None else TranscodeBody.of(detail.transcode),
        )


class StudioEntryBody(VideoBody):
    source_name: str
    transcode: TranscodeBody | None

    @classmethod
    def entry(cls, entry: StudioEntry) -> "StudioEntryBody":
        return cls(
            **dict(VideoBody.of(entry.video)),
            source_name=entry.video.source_name,
            transcode=None if entry.transcode is None else TranscodeBody.of(entry.transcode),
        )


class StudioBody(PageBody[StudioEntryBody]):
    pass


class WatchingBody(Body):
    video: VideoBody
    position: PositionBody

    @classmethod
    def of(cls, watching: Watching) -> "WatchingBody":
        return cls(video=VideoBody.of(watching.video), position=PositionBody.of(watching.position))


class WatchingListBody(ListBody[WatchingBody]):
    pass


class EditForm(Body):
    title: str = ""
    description: str = ""
    language: str = ""
    visibility: Literal["public", "unlisted", "signed_in", "organization", "private"] = "private"

    def changes(self) -> Changes:
        return Changes(self.title, self.description, self.language, Visibility(self.visibility))


class LibraryPageQuery(Body):
    q: Text = ""
    cursor: Annotated[str | None, Field(max_length=500)] = None


class StudioPageQuery(LibraryPageQuery):
    org: Annotated[str | None, Field(max_length=64)] = None
    state: Annotated[str, Field(max_length=20)] = ""


def resume_of(position: Position | None) -> float:
    """Seconds to begin at."""
    return 0.0 if position is None or position.finished else position.at / SECOND


def poster_path(video: Video) -> str | None:
    if video.edition is None or not (video.has_poster or video.poster is not None):
        return None
    return picture_path(video.id, video.poster or video.edition)


def picture_path(video_id: str, picture: str) -> str:
    """`picture`, the chosen one or else the edition, lets browsers keep what they have of this very picture."""
    return f"/api/v1/videos/{video_id}/poster?edition={picture}"
