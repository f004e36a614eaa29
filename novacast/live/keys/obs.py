"""What an encoder is to be told: where it sends to, and how. Pure."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from novacast.live.models import Channel
from novacast.live.packaging.models import PROFILES
from novacast.records import dataclass
from novacast.settings import Settings

APP = "live"
WHIP = "/api/v1/whip"
RTMP_PORT, RTMPS_PORT = 1935, 443
"""What encoders take where an address names no port."""
BITRATES = ((2160, 20_000), (1440, 12_000), (1080, 6_000), (720, 4_000), (480, 2_000), (0, 1_000))
"""Kilobits a second of a picture, by its least height."""
AUDIO_KBPS = 160


@dataclass(frozen=True, slots=True)
class Ingest:
    """Addresses that encoders send to; None where that door is closed."""

    rtmp: str | None
    rtmps: str | None
    srt: str | None = None
    """Without a stream id."""
    whip: str | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Ingest":
        host = urlsplit(settings.public_url).hostname or "localhost"
        host = f"[{host}]" if ":" in host else host
        plain, secured = settings.live.rtmp_port, settings.live.rtmps_port if settings.tls.certificate else 0
        return cls(
            rtmp=f"rtmp://{_authority(host, plain, RTMP_PORT)}/{APP}" if plain else None,
            rtmps=f"rtmps://{_authority(host, secured, RTMPS_PORT)}/{APP}" if secured else None,
            srt=f"srt://{host}:{settings.live.srt_port}" if settings.live.srt_port else None,
            whip=f"{settings.public_url}{WHIP}" if settings.live.whip else None,
        )

    @property
    def best(self) -> str | None:
        """The one whose key nobody on the way can read, if there is one."""
        return self.rtmps or self.rtmp


@dataclass(frozen=True, slots=True)
class EncoderSetup:
    """`key` only where it was made just now: it is stored nowhere."""

    server: str | None
    key: str | None
    keyframe_seconds: int
    video_kbps: int
    audio_kbps: int
    height: int
    srt: str | None = None
    whip: str | None = None
    """The key goes with it as a bearer token."""

    @property
    def service(self) -> Mapping[str, Any]:
        """OBS Studio's `service.json`, in the folder of its profile."""
        return {
            "type": "rtmp_custom",
            "settings": {"server": self.server or "", "key": self.key or "", "use_auth": False, "bwtest": False},
        }


def encoder_setup(ingest: Ingest, channel: Channel, key: str | None = None) -> EncoderSetup:
    top = max(channel.heights)
    return EncoderSetup(
        server=ingest.best,
        key=key,
        keyframe_seconds=max(1, round(PROFILES[channel.profile].segment)),
        video_kbps=next(rate for least, rate in BITRATES if top >= least),
        audio_kbps=AUDIO_KBPS,
        height=top,
        srt=f"{ingest.srt}?streamid={key or ''}" if ingest.srt else None,
        whip=ingest.whip,
    )


def _authority(host: str, port: int, usual: int) -> str:
    return host if port == usual else f"{host}:{port}"
