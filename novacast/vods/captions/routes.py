"""The API of captions."""

from aiohttp import web

from novacast.database import Then
from novacast.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    Malformed,
    NotFound,
    PreconditionFailed,
    TooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from novacast.i18n import text
from novacast.vods.captions.bodies import (
    AskBody,
    CuesBody,
    FileQuery,
    NewTrackBody,
    ReplaceQuery,
    RestoreBody,
    RevisionBody,
    RevisionsBody,
    SavedBody,
    ScriptBody,
    ScriptQuery,
    ShiftBody,
    SpeechBody,
    TrackBody,
    TrackChangesBody,
    TracksBody,
)
from novacast.vods.captions.models import MOST_BYTES, Track
from novacast.vods.captions.service import Captions, Script, as_subrip, as_webvtt
from novacast.vods.captions.speech.models import Speech
from novacast.vods.captions.speech.service import SpeechDesk
from novacast.web import Call, delete, get, patch, post, put

ALL = "/api/v1/videos/{video_id}/captions"
ONE = f"{ALL}/{{track_id}}"
SPEECH = "/api/v1/videos/{video_id}/speech"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_TEXT = {"schema": {"type": "string"}}
_FILE = {
    "responses": {
        "200": {"description": "The file.", "content": {"text/vtt": _TEXT, "application/x-subrip": _TEXT}},
    }
}
_BYTES = {"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}}
_EDIT = (NotFound, Forbidden)
_REVISE = (*_EDIT, InvalidInput, PreconditionFailed)


class CaptionRoutes:
    def __init__(self, captions: Captions, speech: SpeechDesk) -> None:
        self._captions = captions
        self._speech = speech

    @get(ALL, tag="captions", public=True, summary="Captions of a video", errors=(NotFound, Unauthenticated))
    async def list(self, call: Call, video_id: str) -> TracksBody:
        return TracksBody.of(await self._captions.tracks(call.principal, video_id), TrackBody.of)

    @post(ALL, tag="captions", status=201, summary="Add a track", errors=(*_EDIT, InvalidInput, Conflict))
    async def add(self, call: Call, video_id: str, body: NewTrackBody) -> TrackBody:
        """Without cues; bring them by a file, or one by one."""
        then: Then[Track] = call.remember(TrackBody.of)
        return TrackBody.of((await self._captions.add(call.principal, video_id, body.wish, then)).track)

    @patch(ONE, tag="captions", summary="Change what a track is", errors=(*_EDIT, InvalidInput))
    async def change(self, call: Call, video_id: str, track_id: str, body: TrackChangesBody) -> TrackBody:
        return TrackBody.of(await self._captions.change(call.principal, video_id, track_id, body.changes))

    @delete(ONE, tag="captions", summary="Delete a track", status=204, errors=_EDIT)
    async def remove(self, call: Call, video_id: str, track_id: str) -> None:
        await self._captions.remove(call.principal, video_id, track_id)

    @get(f"{ONE}/cues", tag="captions", summary="A track's cues, to be edited", errors=_EDIT)
    async def cues(self, call: Call, video_id: str, track_id: str, query: ScriptQuery) -> ScriptBody:
        script = await self._captions.script(call.principal, video_id, track_id, query.revision, to_edit=True)
        return ScriptBody.of(script)

    @put(f"{ONE}/cues", tag="captions", summary="Save all cues of a track", errors=_REVISE)
    async def save(self, call: Call, video_id: str, track_id: str, body: CuesBody) -> TrackBody:
        cues = [cue.cue for cue in body.cues]
        return TrackBody.of(await self._captions.save(call.principal, video_id, track_id, cues, body.based_on))

    @get(
        f"{ONE}/file",
        tag="captions",
        public=True,
        summary="A track as a file",
        errors=(NotFound, Unauthenticated),
        operation=_FILE,
    )
    async def file(self, call: Call, video_id: str, track_id: str, query: FileQuery) -> web.Response:
        script = await self._captions.script(call.principal, video_id, track_id)
        return _attached(script, query.format)

    @put(
        f"{ONE}/file",
        tag="captions",
        summary="Replace all cues by those of a file",
        stream=True,
        errors=(*_REVISE, TooLarge, UnsupportedMedia, Malformed),
        operation=_BYTES,
    )
    async def replace(self, call: Call, video_id: str, track_id: str, query: ReplaceQuery) -> SavedBody:
        """WebVTT, SubRip (.srt) or SubStation Alpha (.ass, .ssa), told apart by what is in it."""
        raw = b"".join([chunk async for chunk in call.chunks(MOST_BYTES)])
        saved = await self._captions.replace(call.principal, video_id, track_id, raw, query.based_on)
        return SavedBody.saved(saved)

    @post(f"{ONE}/shift", tag="captions", summary="Move all cues in time", errors=_REVISE)
    async def shift(self, call: Call, video_id: str, track_id: str, body: ShiftBody) -> TrackBody:
        then: Then[Track] = call.remember(TrackBody.of)
        by = round(body.seconds * 1000)
        return TrackBody.of(await self._captions.shift(call.principal, video_id, track_id, by, body.based_on, then))

    @get(f"{ONE}/revisions", tag="captions", summary="How a track was before", errors=_EDIT)
    async def revisions(self, call: Call, video_id: str, track_id: str) -> RevisionsBody:
        return RevisionsBody.of(await self._captions.revisions(call.principal, video_id, track_id), RevisionBody.of)

    @post(
        f"{ONE}/revisions/{{number}}/restore", tag="captions", summary="Bring an earlier revision back", errors=_REVISE
    )
    async def restore(self, call: Call, video_id: str, track_id: str, number: int, body: RestoreBody) -> TrackBody:
        then: Then[Track] = call.remember(TrackBody.of)
        return TrackBody.of(
            await self._captions.restore(call.principal, video_id, track_id, number, body.based_on, then)
        )

    @get(SPEECH, tag="captions", summary="How far the writing down of speech is", errors=_EDIT)
    async def speech(self, call: Call, video_id: str) -> SpeechBody:
        found = await self._speech.show(call.principal, video_id)
        if found is None:
            raise NotFound(text("The speech of this video was never written down."))
        return SpeechBody.of(found)

    @post(SPEECH, tag="captions", status=202, summary="Have the speech written down", errors=(*_EDIT, Conflict))
    async def ask(self, call: Call, video_id: str, body: AskBody) -> SpeechBody:
        then: Then[Speech] = call.remember(SpeechBody.of)
        return SpeechBody.of(await self._speech.ask(call.principal, video_id, body.language, then))

    @delete(SPEECH, tag="captions", summary="Leave the writing down", errors=(*_EDIT, Conflict))
    async def cancel(self, call: Call, video_id: str) -> SpeechBody:
        return SpeechBody.of(await self._speech.cancel(call.principal, video_id))


def _attached(script: Script, kind: str) -> web.Response:
    track = script.track
    words = as_webvtt(script.cues) if kind == "vtt" else as_subrip(script.cues)
    return web.Response(
        body=words.encode(),
        content_type="text/vtt" if kind == "vtt" else "application/x-subrip",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{track.language}.{kind}"', "Cache-Control": "no-cache"},
    )
