"""What is written here plays in players that are not ours and not a browser's: mpv, and GStreamer with its own reader
of HLS. Whoever has neither installed sees these tests skipped.
"""

from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from tests.media.players.playing import run, served

pytestmark = pytest.mark.slow

PICTURES, SECONDS = 225, 9
SIZES = (256 * 144 * 3 // 2, 428 * 240 + 216 * 240)
"""Bytes of a picture of each rung as GStreamer writes it, whose lines are whole words of 4 bytes."""
PCM = "audio/x-raw,format=S16LE,rate=48000,channels=1"


@pytest.fixture
def address(ladder: Path) -> Iterator[str]:
    with served(ladder) as found:
        yield found


@pytest.mark.parametrize("rung", ["min", "max"])
def test_mpv_plays_every_picture_and_all_of_the_sound(address: str, tmp_path: Path, rung: str) -> None:
    target = tmp_path / "played.nut"
    said = run(
        "mpv", "--no-config", "--msg-level=all=warn", f"--hls-bitrate={rung}", f"--o={target}", "--of=nut",
        "--ovc=rawvideo", "--oac=pcm_s16le", address,
    )  # fmt: skip
    assert "error" not in said.lower(), said
    with av.open(str(target)) as media:
        shown = [(frame.width, frame.height) for frame in media.decode(video=0)]
    with av.open(str(target)) as media:
        heard = sum(frame.samples for frame in media.decode(audio=0)) / media.streams.audio[0].rate
    assert shown == [(256, 144) if rung == "min" else (426, 240)] * PICTURES
    assert SECONDS - 0.1 < heard < SECONDS + 0.5  # it fills its last buffer with silence


def test_gstreamer_plays_every_picture_and_all_of_the_sound(address: str, tmp_path: Path) -> None:
    picture, sound = tmp_path / "picture.raw", tmp_path / "sound.raw"
    said = run(
        "gst-launch-1.0", "playbin", f"uri={address}",
        f"video-sink=videoconvert ! video/x-raw,format=I420 ! filesink location={picture}",
        f"audio-sink=audioconvert ! audioresample ! {PCM} ! filesink location={sound}",
    )  # fmt: skip
    assert "ERROR" not in said, said
    assert "EOS" in said
    # It changes from the small rung to the large one where it likes, and throws away nothing.
    small = [n for n in range(PICTURES + 1) if n * SIZES[0] + (PICTURES - n) * SIZES[1] == picture.stat().st_size]
    assert len(small) == 1, picture.stat().st_size
    assert abs(sound.stat().st_size / 2 / 48_000 - SECONDS) < 0.1
