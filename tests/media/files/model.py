"""A media file: what it is, how FFmpeg makes it, what comes out of it. And how to make it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

TONE = ("sine=frequency=440:sample_rate=48000",)
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    what: str
    outcome: str
    """As `tests.media.files.outcome` tells it."""
    options: tuple[str, ...] = ()
    """Of FFmpeg, behind the inputs."""
    size: str = "320x180"
    rate: str = "25"
    seconds: float = 1
    picture: str = "testsrc2"
    """A source of FFmpeg's; empty for none."""
    sounds: tuple[str, ...] = TONE
    """Sources of FFmpeg's."""
    then: tuple[str, ...] = ()
    """Options before and behind `-i`, of a second FFmpeg that copies what the first made."""
    left: float = 1
    """How much of the file is kept."""
    content: bytes | None = None
    """Of what is no media file."""
    quick: bool = False
    """Looked at in every run of the tests; the others in long ones."""

    @property
    def made_of(self) -> str:
        """For people."""
        if self.content is not None:
            return "some bytes"
        inputs = [f"{self.picture} {self.size} {self.rate}/s"] if self.picture else []
        cut = f", its first {self.left:.0%}" if self.left < 1 else ""
        again = f", copied with `{' '.join(self.then)}`" if self.then else ""
        return f"{', '.join([*inputs, *self.sounds])}; `{' '.join(self.options)}`{again}{cut}"


def make(file: File, folder: Path) -> Path:
    target = folder / file.name
    if file.content is not None:
        target.write_bytes(file.content)
        return target
    inputs: list[str] = []
    if file.picture:
        drawn = f"{file.picture}=size={file.size}:rate={file.rate}:duration={file.seconds}"
        inputs += ["-f", "lavfi", "-i", drawn]
    for sound in file.sounds:
        inputs += ["-f", "lavfi", "-i", f"{sound}:duration={file.seconds}" if ":duration=" not in sound else sound]
    first = folder / f"first-{file.name}" if file.then else target
    _ffmpeg(*inputs, *file.options, str(first))
    if file.then:
        middle = file.then.index("-i")
        _ffmpeg(*file.then[:middle], "-i", str(first), *file.then[middle + 1 :], "-c", "copy", str(target))
    if file.left < 1:
        whole = target.read_bytes()
        target.write_bytes(whole[: int(len(whole) * file.left)])
    return target


def _ffmpeg(*arguments: str) -> None:
    program = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([program, "-v", "error", "-nostdin", "-y", *arguments], check=True)
