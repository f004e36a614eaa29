"""Which renditions of sound a video gets: each track as stereo or mono, and one of more channels as it is besides."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from novacast.media import languages
from novacast.media.info import Audio, MediaInfo
from novacast.records import dataclass

AUDIO_CODECS = "mp4a.40.2"
"""AAC-LC, RFC 6381 3.3."""
MOST_TRACKS = 8
"""Of one file; each costs every viewer's player a line and the disk its bytes."""
AUDIO_FOLDER = "audio"
"""Of the first; the others have a number behind it."""
TAKEN_RATES = (44_100, 48_000)


@dataclass(frozen=True, slots=True)
class Sound:
    """One rendition, shared by all rungs."""

    index: int
    """Of the stream in the source."""
    channels: int
    bitrate: int
    language: str | None
    """BCP 47."""
    name: str = AUDIO_FOLDER
    """Of its folder."""
    label: str = "Audio"
    """What people choose by; no two of a video's are alike."""
    default: bool = True
    copied: bool = False
    """Taken over packet by packet, not encoded."""
    sample_rate: int = 48_000
    codecs: str = AUDIO_CODECS
    gain: float = 0.0
    """dB by which it is made louder; only of what is encoded."""


def plan_sounds(info: MediaInfo) -> tuple[Sound, ...]:
    """The main track comes first and is what a player starts with."""
    main = info.main_audio
    if main is None:
        return ()
    tracks = [main, *(track for track in info.audio if track is not main)][:MOST_TRACKS]
    return tuple(_named(_renditions(tracks)))


def taken(sound: Sound, info: MediaInfo) -> Sound:
    """`sound`, copied instead of encoded where its packets are what we would make ourselves."""
    track = next(track for track in info.audio if track.index == sound.index)
    fits = (
        track.codec == "aac"
        and track.profile == "LC"
        and track.channels == sound.channels <= 2
        and track.sample_rate in TAKEN_RATES
        and track.clean
    )
    return replace(sound, copied=True, sample_rate=track.sample_rate) if fits else sound


def _renditions(tracks: Iterable[Audio]) -> Iterator[Sound]:
    more = []
    for track in tracks:
        channels, language = min(track.channels, 2), languages.tag(track.language)
        label = track.title or (languages.name(language) if language else "Audio")
        yield Sound(track.index, channels, _bitrate(channels), language, label=label)
        if track.channels >= 6:
            surround = 8 if track.channels >= 8 else 6
            word = "7.1" if surround == 8 else "5.1"
            more.append(Sound(track.index, surround, _bitrate(surround), language, label=f"{label} {word}"))
    yield from more


def _named(sounds: Iterable[Sound]) -> Iterator[Sound]:
    labels: set[str] = set()
    for number, sound in enumerate(sounds):
        label, again = sound.label, 1
        while label in labels:
            again += 1
            label = f"{sound.label} ({again})"
        labels.add(label)
        name = AUDIO_FOLDER if number == 0 else f"{AUDIO_FOLDER}-{number + 1}"
        yield replace(sound, name=name, label=label, default=number == 0)


def _bitrate(channels: int) -> int:
    return {1: 96_000, 2: 128_000}.get(channels, 64_000 * channels)
