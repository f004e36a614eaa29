"""Shapes of the captions' API. Times of cues are seconds, exact to the millisecond."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.clock import iso
from novacast.i18n import translated, unpacked
from novacast.vods.bodies import LANGUAGE
from novacast.vods.captions.delivery import title
from novacast.vods.captions.formats.markup import clean, settings
from novacast.vods.captions.models import (
    LATEST,
    LONGEST_LABEL,
    LONGEST_TEXT,
    MOST_CUES,
    Act,
    Changes,
    Cue,
    Kind,
    Origin,
    Revision,
    Track,
    Wish,
)
from novacast.vods.captions.service import Saved, Script
from novacast.vods.captions.speech.models import Speech, SpeechState
from novacast.web import Body, ListBody

Seconds = Annotated[float, Field(ge=0, le=LATEST / 1000, allow_inf_nan=False)]
Language = Annotated[str, Field(min_length=2, max_length=35, pattern=LANGUAGE, description="BCP 47 tag.")]
Label = Annotated[str, Field(max_length=LONGEST_LABEL, description="What it is chosen by; empty: its language.")]
BasedOn = Annotated[
    int, Field(ge=1, le=2**53, description="Revision that the change began from; refused (412) once there is another.")
]


class TrackBody(Body):
    id: str
    language: str
    kind: Kind
    label: str
    title: Annotated[str, Field(description="What viewers choose it by.")]
    origin: Origin
    automatic: Annotated[bool, Field(description="Made by a machine, and nobody has changed it since.")]
    default: Annotated[bool, Field(description="Shown unless a viewer wants otherwise.")]
    forced: Annotated[bool, Field(description="Only signs and foreign tongues, for everybody.")]
    revision: int
    cues: Annotated[int, Field(description="How many.")]
    created_at: str
    updated_at: str

    @classmethod
    def of(cls, track: Track) -> "TrackBody":
        return cls(
            id=track.id,
            language=track.language,
            kind=track.kind,
            label=track.label,
            title=title(track),
            origin=track.origin,
            automatic=track.automatic,
            default=track.default,
            forced=track.forced,
            revision=track.revision,
            cues=track.cues,
            created_at=iso(track.created_at),
            updated_at=iso(track.updated_at),
        )


class TracksBody(ListBody[TrackBody]):
    pass


class SavedBody(TrackBody):
    warnings: Annotated[Sequence[str], Field(description="What of the file was left out or guessed.")]

    @classmethod
    def saved(cls, saved: Saved) -> "SavedBody":
        return cls(**dict(TrackBody.of(saved.track)), warnings=[translated(one) for one in saved.warnings])


class NewTrackBody(Body):
    language: Language
    kind: Kind = Kind.SUBTITLES
    label: Label = ""
    default: bool = False
    forced: bool = False

    @property
    def wish(self) -> Wish:
        return Wish(self.language, self.kind, self.label, self.default, self.forced)


class TrackChangesBody(Body):
    """What is left out stays as it is."""

    language: Language | None = None
    kind: Kind | None = None
    label: Label | None = None
    default: bool | None = None
    forced: bool | None = None

    @property
    def changes(self) -> Changes:
        return Changes(self.language, self.kind, self.label, self.default, self.forced)


class CueBody(Body):
    start: Seconds
    end: Seconds
    text: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_TEXT,
            description="WebVTT cue text; of its tags `b i u c v lang ruby rt` are kept.",
        ),
    ]
    settings: Annotated[str, Field(max_length=200, description="WebVTT cue settings, such as `line:0`.")] = ""

    @classmethod
    def of(cls, cue: Cue) -> "CueBody":
        return cls(start=cue.start / 1000, end=cue.end / 1000, text=cue.text, settings=cue.settings)

    @property
    def cue(self) -> Cue:
        return Cue(round(self.start * 1000), round(self.end * 1000), clean(self.text), settings(self.settings))


class ScriptBody(Body):
    revision: int
    cues: Sequence[CueBody]

    @classmethod
    def of(cls, script: Script) -> "ScriptBody":
        return cls(revision=script.revision, cues=[CueBody.of(cue) for cue in script.cues])


class CuesBody(Body):
    based_on: BasedOn
    cues: Annotated[Sequence[CueBody], Field(max_length=MOST_CUES)]


class ShiftBody(Body):
    based_on: BasedOn
    seconds: Annotated[float, Field(ge=-360_000, le=360_000, allow_inf_nan=False, description="Negative: earlier.")]


class RestoreBody(Body):
    based_on: BasedOn


class RevisionBody(Body):
    number: int
    act: Act
    cues: int
    made_at: str

    @classmethod
    def of(cls, revision: Revision) -> "RevisionBody":
        return cls(number=revision.number, act=revision.act, cues=revision.cues, made_at=iso(revision.made_at))


class RevisionsBody(ListBody[RevisionBody]):
    pass


class ScriptQuery(Body):
    revision: Annotated[int | None, Field(ge=1, le=2**53, description="An earlier one; else the one that counts.")] = (
        None
    )


class FileQuery(Body):
    format: Annotated[str, Field(pattern="^(vtt|srt)$")] = "vtt"


class ReplaceQuery(Body):
    based_on: BasedOn


class AskBody(Body):
    language: Annotated[
        str, Field(max_length=35, pattern=LANGUAGE, description="What is spoken; empty: it finds out.")
    ] = ""


class SpeechBody(Body):
    state: SpeechState
    language: str
    progress: Annotated[float, Field(ge=0, le=1)]
    reason: Annotated[str | None, Field(description="Why it failed or waits, in words.")]
    track: Annotated[str | None, Field(description="What was made of it.")]
    queued_at: str
    ended_at: str | None

    @classmethod
    def of(cls, speech: Speech) -> "SpeechBody":
        return cls(
            state=speech.state,
            language=speech.language,
            progress=speech.progress,
            reason=None if speech.reason is None else translated(unpacked(speech.reason)),
            track=speech.track_id,
            queued_at=iso(speech.queued_at),
            ended_at=iso(speech.ended_at),
        )
