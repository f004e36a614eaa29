"""Encoders that prove themselves: found, tried, measured, counted, followed by the next when they fail.

    catalogue = Catalogue(ffmpeg.path, cache, clock)
    best = ranked(await catalogue.proofs([Codec.H264]), Codec.H264)
    fallback = Fallback(Sessions(cache, clock), HealthBook(cache, clock), clock, catalogue.retry)
    await fallback.encode_with(best, attempt, video=info.video, sessions=len(ladder.rungs), tell=page)

where `attempt(grant)` builds its command line from `opening`, `decoding`, `scaling` and `encoding`, runs it under a
`StallGuard`, and checks what was written with `check_part`.
"""

from novacast.media.encoders.catalogue import Catalogue, ranked
from novacast.media.encoders.check import check_part
from novacast.media.encoders.devices import at_hand, find_devices
from novacast.media.encoders.fallback import Attempt, Fallback, Grant
from novacast.media.encoders.health import Health, HealthBook
from novacast.media.encoders.levels import expected_codecs
from novacast.media.encoders.models import CPU, Codec, Device, Encoder, Filter, Kind, Proof, Route, Target, coded
from novacast.media.encoders.options import decoding, encoding, opening, route_for, scaling
from novacast.media.encoders.reports import Event, Report
from novacast.media.encoders.sessions import Sessions
from novacast.media.encoders.stall import STALL_SECONDS, StallGuard

__all__ = [
    "CPU", "STALL_SECONDS", "Attempt", "Catalogue", "Codec", "Device", "Encoder", "Event", "Fallback", "Filter",
    "Grant", "Health", "HealthBook", "Kind", "Proof", "Report", "Route", "Sessions", "StallGuard", "Target", "at_hand",
    "check_part", "coded", "decoding", "encoding", "expected_codecs", "find_devices", "opening", "ranked", "route_for",
    "scaling",
]  # fmt: skip
