"""The numbers of a broadcast at one moment. What they mean is told by `programmes.advice`, which knows their names."""

from collections.abc import Mapping
from typing import Any

from novacast.i18n import Text
from novacast.live.broadcast.direction import Direction
from novacast.live.broadcast.lineup import SOUND
from novacast.live.broadcast.ports import Watching
from novacast.live.broadcast.source import Source
from novacast.live.models import FeedRole

PACED_SECONDS = 10.0
"""Of an encoder's life, over which FFmpeg's mean is no word about its speed: it begins with waiting."""


def vitals(direction: Direction, alarms: Mapping[str, Text], now: float, watching: Watching) -> dict[str, Any]:
    """Of the feed that is on, or the first that comes, and of both in short. `now`: of the monotonic clock."""
    sources = direction.sources
    feeds = {role.value: _feed(source, now) for role, source in sources.items()}
    shown = direction.on or next((role for role in FeedRole if role in sources and not sources[role].feed.ended), None)
    lineup = direction.lineup
    return {
        **(feeds[shown.value] if shown is not None else {}),
        "on": "slate" if direction.on is None else direction.on.value,
        "feeds": feeds,
        "rungs": [rung.name for rung in lineup.rungs] if lineup is not None else [],
        "viewers": watching.viewers,
        "watched": {name: number for name, number in sorted(watching.tracks.items()) if name != SOUND},
        "alarms": [str(words) for words in alarms.values()],
    }


def _feed(source: Source, now: float) -> dict[str, Any]:
    found = source.feed.measures.look(now)
    encoder = source.encoder
    paced = encoder is not None and now - encoder.began_at >= PACED_SECONDS
    return {
        "connected": source.feed.ended is None,
        "seconds": round(now - source.feed.began_at, 1),
        "protocol": source.feed.row.protocol,
        "bitrate": found.bitrate,
        "video_codec": found.video_codec,
        "audio_codec": found.audio_codec,
        "width": found.width,
        "height": found.height,
        "fps": found.fps,
        "keyframe_seconds": found.keyframes,
        "skew_ms": None if found.skew is None else round(-found.skew * 1000),
        "lost": found.lost,
        "late": found.late,
        "jumps": found.jumps,
        "broken": found.broken,
        "silent_seconds": round(source.feed.silent_for(), 1),
        "speed": encoder.speed if encoder is not None and paced else None,
        "queue_seconds": round(source.behind(), 2),
        "failures": source.failures,
        "alarm": source.alarm,
    }
