"""From the bytes of a file to cues: which encoding, which format, what of it can be kept. Blocks: for a thread."""

from collections.abc import Callable, Iterable, Iterator

from novacast.errors import InvalidInput, TooLarge, UnsupportedMedia
from novacast.i18n import text
from novacast.vods.captions.formats import subrip, substation, webvtt
from novacast.vods.captions.formats.markup import escaped, plain
from novacast.vods.captions.models import (
    LATEST,
    LONGEST_TEXT,
    MOST_BYTES,
    MOST_CUES,
    Cue,
    Document,
    Losses,
    check_size,
)

SAMPLE = 64 * 1024
"""Bytes by which an encoding is guessed."""

Read = Callable[[str, Losses], Iterator[Cue]]
FORMATS: tuple[tuple[Callable[[str], bool], Read], ...] = (
    (webvtt.is_webvtt, webvtt.read),
    (substation.is_substation, substation.read),
    (subrip.is_subrip, subrip.read),
)

_LEGACY = {
    "cp1252": "da de en es fi fr is it nb nl nn no pt sv",
    "cp1250": "bs cs hr hu pl ro sk sl sq",
    "cp1251": "bg mk ru sr uk",
    "cp1253": "el", "cp1254": "tr", "cp1255": "he", "cp1256": "ar fa", "cp932": "ja", "cp949": "ko", "gb18030": "zh",
}  # fmt: skip
_ENCODINGS = {language: encoding for encoding, languages in _LEGACY.items() for language in languages.split()}
"""What files of a language were written in before Unicode."""


def read(raw: bytes, language: str = "") -> Document:
    """`language` (BCP 47) helps where the encoding must be guessed.

    Raises TooLarge, UnsupportedMedia for what is none of our formats, InvalidInput for one without a single cue.
    """
    if len(raw) > MOST_BYTES:
        raise TooLarge(text("The file is larger than {most} bytes.", most=MOST_BYTES))
    losses = Losses()
    words = decoded(raw, language, losses).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    return read_text(words, losses)


def read_text(words: str, losses: Losses | None = None) -> Document:
    losses = losses or Losses()
    for fits, reader in FORMATS:
        if fits(words.lstrip() if reader is not webvtt.read else words):
            cues = _kept(reader(words, losses), losses)
            break
    else:
        raise UnsupportedMedia(text("These are no subtitles that are read here. Bring WebVTT, SubRip (.srt) or ASS."))
    if not cues:
        raise InvalidInput.field("file", text("There is not a single entry in these subtitles."), "empty")
    check_size(cues)
    return Document(cues, losses.warnings)


def decoded(raw: bytes, language: str, losses: Losses) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        guessed = _guessed(raw, language)
    if guessed is None:
        raise UnsupportedMedia(text("This is no file of text. Bring WebVTT, SubRip (.srt) or ASS."))
    losses.said.append(
        text("The file does not say how its letters are written; {encoding} was guessed.", encoding=guessed)
    )
    return raw.decode(guessed, "replace")


def _guessed(raw: bytes, language: str) -> str | None:
    if b"\x00" in raw:
        return None
    usual = _ENCODINGS.get(language.partition("-")[0].lower())
    if usual is not None:
        try:
            raw.decode(usual)
        except UnicodeDecodeError:
            pass
        else:
            return usual
    # It has a table of all letters, and most captions are UTF-8.
    from charset_normalizer import from_bytes

    best = from_bytes(raw[:SAMPLE]).best()
    return best.encoding if best is not None else None


def _kept(cues: Iterable[Cue], losses: Losses) -> tuple[Cue, ...]:
    kept: list[Cue] = []
    for cue in cues:
        if not cue.text:
            continue
        if cue.end <= cue.start:
            losses.backwards += 1
        elif cue.end > LATEST:
            losses.late += 1
        else:
            kept.append(_fitted(cue, losses))
        if len(kept) > MOST_CUES:
            raise InvalidInput.field("file", text("A track has at most {most} entries.", most=MOST_CUES), "too_many")
    return tuple(sorted(kept, key=lambda cue: (cue.start, cue.end)))


def _fitted(cue: Cue, losses: Losses) -> Cue:
    if len(cue.text) <= LONGEST_TEXT:
        return cue
    losses.long += 1
    return Cue(cue.start, cue.end, _cut(cue.text), cue.settings)


def _cut(words: str) -> str:
    """The beginning; without its markup, whose end would be lost. Escaping makes no sign longer than five."""
    return escaped(plain(words)[: LONGEST_TEXT // 5])
