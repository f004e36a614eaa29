"""What FFmpeg says on its `-progress` pipe: blocks of `key=value` lines, each closed by `progress=continue|end`."""

from collections.abc import Callable

from novacast.records import dataclass

LONGEST_LINE = 1000


@dataclass(frozen=True, slots=True)
class Progress:
    """One block. None is what FFmpeg writes as N/A, or did not write."""

    out_time: int
    """Microseconds of media written so far; 0 before the first packet."""
    frame: int | None
    fps: float | None
    speed: float | None
    """Times real time."""
    done: bool

    def share(self, duration: int) -> float:
        """How much of `duration` microseconds is written, 0.0 to 1.0; 1.0 only at the end."""
        if self.done:
            return 1.0
        return min(max(self.out_time, 0) / duration, 0.999) if duration > 0 else 0.0


class ProgressReader:
    """A sink for `Command.outputs`: takes bytes as they come, tells each whole block. Never raises on garbage."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._open = b""
        self._block: dict[str, str] = {}

    def __call__(self, chunk: bytes) -> None:
        *whole, rest = (self._open + chunk).split(b"\n")
        self._open = rest[:LONGEST_LINE]
        for line in whole:
            key, _, value = line[:LONGEST_LINE].decode("utf-8", "replace").partition("=")
            if key.strip() == "progress":
                self._tell(_progress(self._block, done=value.strip() == "end"))
                self._block = {}
            elif key.strip() in {"out_time_us", "frame", "fps", "speed"}:
                self._block[key.strip()] = value.strip()


def _progress(block: dict[str, str], *, done: bool) -> Progress:
    frame = _number(block.get("frame"))
    return Progress(
        out_time=max(0, round(_number(block.get("out_time_us")) or 0)),
        frame=None if frame is None else round(frame),
        fps=_number(block.get("fps")),
        speed=_number((block.get("speed") or "").removesuffix("x")),
        done=done,
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) < float(2**63) else None  # also refuses nan and inf
