"""The playlist that a player opens while the programme is on air."""

from collections.abc import Collection, Mapping, Sequence

from novacast.live.packaging.models import Track
from novacast.media.boxes import codecs_of
from novacast.media.codec_strings import covering
from novacast.media.playlists import Rate, Rendition, Variant, multivariant

MASTER = "master.m3u8"
PLAYLIST = "index.m3u8"


def address(track: str) -> str:
    """Of a media playlist, from the programme's root."""
    return f"{track}/{PLAYLIST}"


def master(tracks: Sequence[Track], inits: Mapping[str, Collection[bytes]]) -> bytes:
    """`inits`: all that were on air so far; a player is told of every format that it may meet. Rates are as announced.

    Raises MediaFailure.
    """
    codecs = {one.name: covering(codec for data in inits[one.name] for codec in codecs_of(data)) for one in tracks}
    variants = [
        Variant(address(one.name), _rate(one), codecs[one.name], one.width, one.height, one.fps)
        for one in tracks
        if one.kind == "video"
    ]
    sounds = [
        Rendition(
            uri=address(one.name),
            rate=_rate(one),
            codecs=codecs[one.name],
            channels=one.channels,
            name=one.title or "Audio",
            language=one.language or None,
            default=number == 0,
        )
        for number, one in enumerate(one for one in tracks if one.kind == "audio")
    ]
    return multivariant(variants, sounds).encode()


def _rate(track: Track) -> Rate:
    return Rate(track.bitrate, track.bitrate)
