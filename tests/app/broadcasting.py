"""A channel of a real venue, and FFmpeg as the encoder that feeds it by RTMP."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import imageio_ffmpeg

from tests.app.venue import Venue
from tests.waiting import until

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
MOST_SECONDS = 150
"""An encoder that nobody ends, ends by itself."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What an encoder sends. Small and cheap: it is not what is tested."""

    size: str = "426x240"
    fps: int = 25
    codec: tuple[str, ...] = ("libx264", "-preset", "ultrafast", "-tune", "zerolatency")
    seconds: float = MOST_SECONDS
    silent: float = 0
    """Seconds before its end at which sound ends."""

    def arguments(self) -> list[str]:
        inputs = ["-re", "-f", "lavfi", "-i", f"testsrc2=size={self.size}:rate={self.fps}"]
        sound = f"sine=frequency=440:sample_rate=48000:duration={self.seconds - self.silent}"
        inputs += ["-re", "-f", "lavfi", "-i", sound]
        coded = ["-c:v", *self.codec, "-pix_fmt", "yuv420p", "-g", str(self.fps), "-c:a", "aac", "-b:a", "64k"]
        return [*inputs, "-t", str(self.seconds), *coded, "-f", "flv"]


@dataclass
class Show:
    venue: Venue
    token: str
    """Of who produces."""
    channel: str
    address: str
    """For encoders, with the key."""
    encoders: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    async def prepare(cls, venue: Venue, token: str, **setup: Any) -> "Show":
        wanted = {"name": "Main stage", "profile": "ultra", "heights": [144, 240], "visibility": "public", **setup}
        made = await venue.ask("POST", f"/api/v1/organizations/{venue.org}/channels", token, wanted)
        assert made.status == 201, made.body
        channel = str(made.json["id"])
        key = await venue.ask("POST", f"/api/v1/channels/{channel}/keys", token, {"name": "FFmpeg"})
        assert key.status == 201, key.body
        return cls(venue, token, channel, f"{_listens(venue)}/live/{key.json['secret']}")

    def moved(self) -> None:
        """The server was started anew, and listens elsewhere."""
        self.address = f"{_listens(self.venue)}/live/{self.address.rpartition('/')[2]}"

    def feed(self, picture: Picture | None = None) -> subprocess.Popen[bytes]:
        """An encoder at work, until `close`."""
        arguments = (picture or Picture()).arguments()
        encoder = subprocess.Popen([FFMPEG, "-v", "error", *arguments, self.address], stderr=subprocess.DEVNULL)
        self.encoders.append(encoder)
        return encoder

    async def on_air(self) -> str:
        """The id of the programme, once it is on air."""
        found: list[str] = []

        async def is_on() -> bool:
            listed = await self.venue.ask("GET", f"/api/v1/channels/{self.channel}/programmes", self.token)
            found[:] = [one["id"] for one in listed.json["items"] if one["state"] == "on_air"]
            return bool(found)

        await until(is_on)
        return found[0]

    async def end(self, programme: str) -> None:
        answer = await self.venue.ask("POST", f"/api/v1/programmes/{programme}/end", self.token, {})
        assert answer.status == 200, answer.body

    def close(self) -> None:
        for encoder in self.encoders:
            if encoder.poll() is None:
                encoder.send_signal(signal.SIGKILL)
            encoder.wait(10)


def _listens(venue: Venue) -> str:
    found = re.findall(r"listened for at (rtmp://127\.0\.0\.1:\d+)", venue.said())
    assert found, venue.said()
    return str(found[-1])


@contextmanager
def ending(show: Show) -> Iterator[Show]:
    try:
        yield show
    finally:
        show.close()
