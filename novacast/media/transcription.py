"""Who writes down speech: any server that answers `POST /v1/audio/transcriptions` as the published API does.

The answer is asked for as `verbose_json`:
`{"language": "english", "segments": [{"start": 0.0, "end": 2.5, "text": "Good evening."}]}`.
"""

import json
import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp
from babel import Locale

from novacast.errors import MediaFailure, Unavailable
from novacast.i18n import text
from novacast.media.languages import tag
from novacast.records import dataclass

LARGEST_ANSWER = 8 * 1024 * 1024
MOST_SEGMENTS = 20_000
LONGEST_SEGMENT = 2_000
LARGEST = 1e9
"""Of numbers; no film has so many seconds."""
"""Characters."""
LONGEST_WAIT = 900.0
"""Seconds that a server may ask us to wait."""
LATER = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same request may succeed."""
NO_SPEECH, UNSURE = 0.6, -1.0
"""A segment that is more likely silence than this, and was guessed less surely, was made up: Whisper's own rule."""


class TryLater(Unavailable):
    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds, where the server said so."""


@dataclass(frozen=True, slots=True)
class SaidSegment:
    start: int
    """Milliseconds from the beginning of the piece, as is `end`."""
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class HeardTranscript:
    language: str
    """BCP 47; empty where it was not told."""
    said: tuple[SaidSegment, ...]


class SpeechServer:
    """`base_url` with or without the `/v1` at its end; `key` is sent as a bearer token where there is one."""

    def __init__(self, base_url: str, key: str, model: str, seconds: float) -> None:
        base = base_url.rstrip("/")
        self._url = f"{base}{'' if base.endswith('/v1') else '/v1'}/audio/transcriptions"
        self._key = key
        self._model = model
        self._seconds = seconds

    async def transcribe(self, sound: Path, language: str) -> HeardTranscript:
        """Raises TryLater, MediaFailure. `language`: BCP 47, of which the server gets the first part."""
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        limit = aiohttp.ClientTimeout(total=self._seconds)
        try:
            async with aiohttp.ClientSession(timeout=limit) as session:
                with sound.open("rb") as file:
                    form = self._form(file, sound.name, language)
                    # A redirect could take the key to somebody else.
                    async with session.post(self._url, data=form, headers=headers, allow_redirects=False) as answer:
                        body = await _bounded(answer)
        except (aiohttp.ClientError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            raise TryLater(text("The server that writes down speech can't be reached: {why}", why=why[:200])) from error
        if answer.status != 200:
            raise _refused(answer, body)
        return read_answer(body)

    def _form(self, file: Any, name: str, language: str) -> aiohttp.FormData:
        form = aiohttp.FormData()
        form.add_field("file", file, filename=name, content_type="audio/flac")
        form.add_field("model", self._model)
        form.add_field("response_format", "verbose_json")
        form.add_field("timestamp_granularities[]", "segment")
        form.add_field("temperature", "0")
        if language:
            form.add_field("language", language.partition("-")[0])
        return form


def read_answer(body: bytes) -> HeardTranscript:
    """Raises MediaFailure for what is not of the published shape; segments that can't be are left out."""
    try:
        told = json.loads(body)
        segments = told["segments"] if isinstance(told, dict) else None
        spoken = str(told.get("language") or "") if isinstance(told, dict) else ""
    except (ValueError, KeyError, RecursionError):
        segments, spoken = None, ""
    if not isinstance(segments, list):
        raise MediaFailure(
            text("The server that writes down speech gave no segments. It must answer response_format=verbose_json.")
        )
    said = [found for one in segments[:MOST_SEGMENTS] if (found := _segment(one)) is not None]
    return HeardTranscript(language_of(spoken), tuple(sorted(said, key=lambda one: (one.start, one.end))))


def _segment(told: Any) -> SaidSegment | None:
    if not isinstance(told, dict):
        return None
    start, end, words = _time(told.get("start")), _time(told.get("end")), told.get("text")
    if start is None or end is None or end <= start or not isinstance(words, str) or not words.strip():
        return None
    silence, sure = _number(told.get("no_speech_prob")), _number(told.get("avg_logprob"))
    if silence is not None and sure is not None and silence > NO_SPEECH and sure < UNSURE:
        return None
    return SaidSegment(start, end, " ".join(words.split())[:LONGEST_SEGMENT])


def _number(value: Any) -> float | None:
    told = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST
    return float(value) if told else None


def _time(value: Any) -> int | None:
    """Seconds in milliseconds."""
    seconds = _number(value)
    return round(seconds * 1000) if seconds is not None and 0 <= seconds < 1e6 else None


def language_of(told: str) -> str:
    """BCP 47 of what such servers say, which is a tag or the English name: `english`, `Haitian Creole`."""
    told = told.strip().lower()[:40]
    if found := _by_name().get(told):
        return found
    return (tag(told) or "") if len(told.partition("-")[0]) <= 3 else ""


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    names = {name.lower(): code.replace("_", "-") for code, name in Locale("en").languages.items()}
    return names | {"mandarin": "zh", "myanmar": "my", "castilian": "es", "flemish": "nl", "valencian": "ca"}


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise MediaFailure(
                text("The server that writes down speech answered more than {most} bytes.", most=LARGEST_ANSWER)
            )
    return bytes(body)


def _refused(answer: aiohttp.ClientResponse, body: bytes) -> TryLater | MediaFailure:
    said = _words(body)
    message = text(
        "The server that writes down speech answered {status}: {said}", status=answer.status, said=said or "-"
    )
    if answer.status in LATER:
        return TryLater(message, retry_after=_wait(answer.headers.get("Retry-After", "")))
    return MediaFailure(message)


def _words(body: bytes) -> str:
    """The message of `{"error": {"message": …}}`, or the beginning of whatever it is."""
    words = body[:2000].decode("utf-8", "replace")
    try:
        error = json.loads(body)["error"]
        words = error["message"] if isinstance(error, dict) else str(error)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    return "".join(c if c.isprintable() else " " for c in str(words))[:200].strip()


def _wait(told: str) -> float | None:
    """Retry-After in seconds; a date is not understood, and our own back-off does."""
    try:
        seconds = float(told)
    except ValueError:
        return None
    return min(seconds, LONGEST_WAIT) if math.isfinite(seconds) and seconds >= 0 else None
