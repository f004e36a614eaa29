"""What a test broadcast shows, one check after the other in the order in which things go wrong. Pure."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from novacast.i18n import Text, text
from novacast.live.keys.obs import EncoderSetup
from novacast.records import dataclass

FAR_APART = 4.0
"""Seconds between keyframes from which joining, cutting and coming back take noticeably long."""
FEW_FRAMES = 20.0
SKEW_MS = 120.0
BEHIND = 2.0
"""Seconds of media that wait to be encoded here."""
WEAK, UNSTEADY = 0.6, 0.6
"""Shares of the wanted bitrate, and of the usual one, below which it is worth a word."""


class Light(StrEnum):
    GREEN = "green"
    AMBER = "amber"
    """It works, and could be better."""
    RED = "red"
    """It will go wrong."""
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Check:
    """`mend`: what to set, and where; None where nothing is to be done."""

    code: str
    name: Text
    light: Light
    words: Text
    mend: Text | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What is known at one moment."""

    wanted: EncoderSetup
    heights: tuple[int, ...]
    answers: bool | None
    """Whether the port for encoders was reached from this machine; None: not tried."""
    fed: bool
    """An encoder's key was accepted."""
    numbers: Mapping[str, Any]
    """As `advice` has them; empty before something comes."""
    room: int
    """Bytes that recordings may take."""
    needed: int
    """Bytes that the next programme may take, at most."""
    hours: float
    """For which that is."""

    def number(self, name: str) -> float | None:
        value = self.numbers.get(name)
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def checks(look: Look) -> Sequence[Check]:
    return [check(look) for check in _CHECKS]


def _door(look: Look) -> Check:
    name = text("The way in")
    if not look.fed and (look.wanted.server is None or look.answers is False):
        return Check(
            "door", name, Light.RED, text("Nothing here listens for encoders."),
            text("Ask who runs this server: “novacast doctor” tells what is wrong with [live] rtmp_port."),
        )  # fmt: skip
    return Check(
        "door", name, Light.GREEN, text("Encoders are listened for at {server}.", server=look.wanted.server or "")
    )


def _key(look: Look) -> Check:
    name = text("Stream key")
    if look.fed:
        return Check("key", name, Light.GREEN, text("Your encoder came, and its key was accepted."))
    return Check(
        "key", name, Light.WAITING, text("No encoder has come yet."),
        text("Start streaming in OBS. If OBS says that it can't connect, copy server and key into it again."),
    )  # fmt: skip


def _picture(look: Look) -> Check:
    name, code = text("Picture"), "picture"
    width, height, fps = look.number("width"), look.number("height"), look.number("fps")
    if not look.numbers.get("video_codec") and not look.numbers.get("audio_codec"):
        return _waiting(code, name)
    if not width or not height:
        return Check(
            code, name, Light.RED, text("No picture comes, only sound."),
            text("Put a source into the scene in OBS, and look whether its eye is open."),
        )  # fmt: skip
    codec = str(look.numbers.get("video_codec", "")).upper()
    shape = {"width": width, "height": height, "fps": fps or 0.0, "codec": codec}
    said = text("{width:.0f} × {height:.0f}, {fps:g} a second, {codec}", **shape)
    if min(width, height) < look.wanted.height:
        return Check(
            code, name, Light.AMBER, said,
            text(
                "This channel goes up to {height} lines. In OBS under Settings, Video, set that as output.",
                height=look.wanted.height,
            ),
        )  # fmt: skip
    if fps is not None and 0 < fps < FEW_FRAMES:
        return Check(
            code, name, Light.AMBER, said,
            text("Too few pictures a second. In OBS under Settings, Video, set 25 or 30."),
        )  # fmt: skip
    return Check(code, name, Light.GREEN, said)


def _keyframes(look: Look) -> Check:
    name, code, wanted = text("Keyframes"), "keyframes", look.wanted.keyframe_seconds
    seconds = look.number("keyframe_seconds")
    if seconds is None:
        return _waiting(code, name)
    said = text("One every {seconds:.1f} s", seconds=seconds)
    if seconds <= wanted + 0.5:
        return Check(code, name, Light.GREEN, said)
    mend = text("In OBS under Settings, Output, Streaming: keyframe interval {seconds} s.", seconds=wanted)
    return Check(code, name, Light.RED if seconds > FAR_APART else Light.AMBER, said, mend)


def _sound(look: Look) -> Check:
    name, code = text("Sound"), "sound"
    codec, skew = str(look.numbers.get("audio_codec") or ""), look.number("skew_ms")
    if not codec and not look.numbers.get("video_codec"):
        return _waiting(code, name)
    if not codec:
        return Check(
            code, name, Light.RED, text("No sound comes."),
            text("In OBS look at the audio mixer: is there a source, is it loud, is its loudspeaker not crossed out?"),
        )  # fmt: skip
    if skew is not None and abs(skew) > SKEW_MS:
        return Check(
            code, name, Light.AMBER,
            text("{codec}, {ms:.0f} ms apart from the picture", codec=codec.upper(), ms=abs(skew)),
            text("In OBS, in the menu of the audio mixer under advanced audio properties, set the sync offset."),
        )  # fmt: skip
    return Check(code, name, Light.GREEN, text("{codec}, together with the picture", codec=codec.upper()))


def _bitrate(look: Look) -> Check:
    name, code = text("Bitrate"), "bitrate"
    wanted = (look.wanted.video_kbps + look.wanted.audio_kbps) * 1000
    mean, low = look.number("bitrate_mean"), look.number("bitrate_low")
    if mean is None or low is None:
        return _waiting(code, name, text("It takes ten seconds to tell."))
    said = text("{mean:.1f} Mbit/s, at least {low:.1f}", mean=mean / 1e6, low=low / 1e6)
    if low < UNSTEADY * mean:
        return Check(
            code, name, Light.RED, said,
            text("It comes in fits and starts: the network is too slow for it. Use a cable, or set a lower bitrate."),
        )  # fmt: skip
    if mean < WEAK * wanted:
        return Check(
            code, name, Light.AMBER, said,
            text(
                "Set {kbps} kbit/s in OBS under Settings, Output. Less does for a calm picture.",
                kbps=look.wanted.video_kbps,
            ),
        )  # fmt: skip
    return Check(code, name, Light.GREEN, said)


def _upload(look: Look) -> Check:
    name, code, most = text("Upload measured"), "upload", look.number("upload")
    if not most:
        return _waiting(code, name, text("It takes ten seconds to tell."))
    words = text("{rate:.1f} Mbit/s came without a break for ten seconds.", rate=most / 1e6)
    return Check(code, name, Light.GREEN, words)


def _machine(look: Look) -> Check:
    name, code = text("Encoding here"), "machine"
    speed, queue = look.number("speed"), look.number("queue_seconds")
    rungs = [str(one) for one in look.numbers.get("rungs") or ()]
    if speed is None or not rungs:
        return _waiting(code, name)
    mend = text("Take rungs out of the ladder in the channel's settings, or end what else this machine does.")
    if queue is not None and queue > BEHIND:
        return Check(code, name, Light.RED, text("{seconds:.1f} s behind", seconds=queue), mend)
    source = min(look.number("width") or 0, look.number("height") or 0)
    said = text("{rungs}, in time", rungs=", ".join(rungs))
    if len(rungs) < sum(height <= source for height in look.heights):
        said = text("Only {rungs}: this machine makes no more.", rungs=", ".join(rungs))
        return Check(code, name, Light.AMBER, said, mend)
    return Check(code, name, Light.GREEN, said)


def _disk(look: Look) -> Check:
    values = {"room": look.room / 1e9, "hours": look.hours, "needed": look.needed / 1e9}
    said = text("{room:.0f} GB free; {hours:g} h of programme take {needed:.0f} GB at most.", **values)
    if look.room >= look.needed:
        return Check("disk", text("Room on the disk"), Light.GREEN, said)
    mend = text("Make room: the broadcast goes on without, but its recording gets holes.")
    return Check("disk", text("Room on the disk"), Light.RED, said, mend)


def _waiting(code: str, name: Text, words: Text | None = None) -> Check:
    return Check(code, name, Light.WAITING, words or text("Nothing to see yet."))


_CHECKS: tuple[Callable[[Look], Check], ...] = (
    _door, _key, _picture, _sound, _keyframes, _bitrate, _upload, _machine, _disk,
)  # fmt: skip
