"""Which FFmpeg to use. A name in `-encoders` proves nothing: each feature is tried once on a tenth of a second."""

import asyncio
import re
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import imageio_ffmpeg

from novacast.errors import BadSettings, ChildFailed, MediaFailure, NovaCastError
from novacast.i18n import text
from novacast.media.cached import read_json, write_json
from novacast.media.process import PROGRESS, Command, Limits, run_child
from novacast.records import dataclass

ENHANCED = "enhanced"
"""Name of the feature: FLV with codecs that it had not at first."""
MOVING_WEBP = "moving_webp"
"""Name of the feature: a demuxer of animated WebP, which puts frames together that are parts of a picture."""
CACHE_FILE = "ffmpeg-trials.json"
TRIALS = 3
"""Number of this set of trials: results of another set are not believed."""
TRIAL_SECONDS = 30.0

_PICTURE = "-f lavfi -i testsrc2=size=128x96:rate=10:duration=0.5"
_SOUND = "-f lavfi -i sine=frequency=440:duration=0.5"
_NOWHERE = "-f null -"
_STREAMS = (
    "-filter_complex [0:v]bwdif,fps=fps=10:start_time=0,format=yuv420p,split=2[a][b];"
    "[a]scale=64:48:flags=bicubic:out_range=tv,setsar=1[c];[b]scale=96:72[d];[1:a]aresample=async=1:first_pts=0[s]"
)
_RUNG = (
    "-map [{0}] -c {1} -f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type fmp4 -hls_flags independent_segments"
    " -hls_fmp4_init_filename {0}.mp4 -hls_segment_filename {0}%d.m4s -avoid_negative_ts disabled {0}.m3u8"
)
_FRAGMENTS = (
    "-movflags +empty_moov+default_base_moof+frag_keyframe+skip_trailer+frag_discont -frag_duration 200000"
    " -flush_packets 1 -avoid_negative_ts disabled"
)
_FORCED = "-force_key_frames expr:gte(t,n_forced*4) -profile:v high -x264-params 8x8dct=1"
_OPUS = (
    "RkxWAQQAAAAJAAAAAAgAABgAAAAAAAAAkE9wdXNPcHVzSGVhZAECAACAuwAAAAAAAAAAIwgAAAgAAAAAAAAAkU9wdXP4//4AAAATCAAACAAAFAAA"
    "AACRT3B1c/j//gAAABMIAAAIAAAoAAAAAJFPcHVz+P/+AAAAEw=="
)
"""Three frames of silence as enhanced RTMP has them, in an FLV file."""
_WEBP = (
    "UklGRs4AAABXRUJQVlA4WAoAAAASAAAABQAAAwAAQU5JTQYAAAAAAAAAAABBTk1GSgAAAAAAAAAAAAUAAAMAAGQAAAJWUDhMMQAAAC8FwAAQPxACgiL/"
    "RxMQFPk/GpEAZBSJE05YIcDawcfWnYEgEDQXxSBLTHBE/wMj9AcAQU5NRlAAAAAAAAAAAAACAAADAABkAAACVlA4TDgAAAAvAsAAEE8QAoIi/0cTEBT5"
    "P5qitm3gZNvdr1EZhwVYMjTbouE9BwVto0D3YhE9WEB9RP8D+Jx3AA=="
)
"""Two pictures of 6 by 4 pixels, the second only in part."""
_TONE_MAP = (
    "-vf setparams=color_trc=smpte2084:color_primaries=bt2020:colorspace=bt2020nc,zscale=t=linear:npl=100,"
    "format=gbrpf32le,zscale=p=bt709,tonemap=hable,zscale=t=bt709:m=bt709:r=tv,format=yuv420p"
)


@dataclass(frozen=True, slots=True)
class Feature:
    name: str
    purpose: str
    """What is lost without it, in plain words."""
    argv: tuple[str, ...]
    needed: bool = True


def _feature(name: str, purpose: str, *parts: str, needed: bool = True) -> Feature:
    return Feature(name, purpose, tuple(" ".join(parts).split()), needed)


FEATURES = (
    _feature("h264", "H.264 video (libx264)", _PICTURE, "-c:v libx264 -pix_fmt yuv420p", _NOWHERE),
    _feature("aac", "AAC sound", _SOUND, "-c:a aac", _NOWHERE),
    _feature(
        "ladder", "HLS with fMP4 segments, several sizes from one decoding",
        _PICTURE, _SOUND, _STREAMS,
        _FORCED, _RUNG.format("c", "libx264"), _FORCED, _RUNG.format("d", "libx264"), _RUNG.format("s", "aac"),
    ),
    _feature("progress", "progress reports", "-progress pipe:3 -stats_period 0.5", _PICTURE, _NOWHERE),
    _feature(
        "fragments", "broadcasts: fragments of fMP4 to a pipe, of what comes through FLV",
        _PICTURE, _SOUND, _FRAGMENTS, "-progress pipe:3 -map 0:v -map 1:a -c:v libx264 -tune zerolatency -c:a aac",
        "-bsf:v dump_extra=freq=keyframe -f mp4 pipe:1", needed=False,
    ),
    _feature(
        "stills", "posters and storyboards",
        _PICTURE, "-vf thumbnail=2,select='not(mod(n,2))',scale=64:48,tile=2x2 -fps_mode vfr -c:v mjpeg",
        "-frames:v 1 -f image2 -update 1 still.jpg",
    ),
    _feature("drawtext", "text burnt into pictures", _PICTURE, "-vf drawtext=text=12", _NOWHERE, needed=False),
    _feature(
        ENHANCED, "HEVC, AV1 and Opus from live encoders", "-f flv -i", f"data:video/x-flv;base64,{_OPUS}", _NOWHERE,
        needed=False,
    ),
    _feature(
        MOVING_WEBP, "emotes that are a moving WebP",
        "-f webp_anim -i", f"data:image/webp;base64,{_WEBP}", _NOWHERE, needed=False,
    ),
    _feature("tone_map", "HDR in right colours on ordinary screens", _PICTURE, _TONE_MAP, _NOWHERE, needed=False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trial:
    """What one program can do. `missing` maps a feature's name to the last words of its trial."""

    path: str
    version: str
    features: tuple[str, ...]
    missing: Mapping[str, str]

    @property
    def lacks(self) -> tuple[Feature, ...]:
        return tuple(feature for feature in FEATURES if feature.needed and feature.name not in self.features)


@dataclass(frozen=True, slots=True)
class FFmpeg:
    path: Path
    version: str
    features: frozenset[str]
    why: str
    """For `novacast doctor`: which one this is, why it was chosen, what it can't do."""

    def has(self, feature: str) -> bool:
        return feature in self.features


FindFFmpeg = Callable[[], Awaitable[FFmpeg]]
"""`find_ffmpeg` of a certain folder and certain settings."""


async def find_ffmpeg(cache: Path, *, explicit: str = "") -> FFmpeg:
    """The explicit one; else the system's when it can do all that is needed; else the one imageio-ffmpeg ships.

    `cache` is a folder; trials run again only for another file. `explicit` is a path, or empty, as in the settings.
    Raises BadSettings for an explicit one that won't do, MediaFailure when there is none.
    """
    if explicit:
        trial = await tried(Path(explicit), cache)
        if trial.lacks:
            raise BadSettings(f"The FFmpeg that is set, {explicit}, can't do what is needed: {_missing(trial)}")
        return _chosen(trial, f"{explicit} is used because the settings name it.")
    reason = text("There is no system FFmpeg")
    if found := shutil.which("ffmpeg"):
        trial = await tried(Path(found), cache)
        if not trial.lacks:
            return _chosen(trial, f"The system's {found} is used: it passed a trial of every feature that is needed.")
        missing = _missing(trial).rstrip(".")
        reason = text("The system's {path} can't do what is needed ({missing})", path=found, missing=missing)
    return await _shipped(reason, cache)


async def find_having(feature: str, cache: Path) -> FFmpeg | None:
    """For what the usual one can't do: the one that imageio-ffmpeg ships, if that can. None if nothing does."""
    try:
        found = await _shipped(text("The usual FFmpeg can't do everything"), cache)
    except MediaFailure:
        return None
    return found if found.has(feature) else None


async def _shipped(reason: str, cache: Path) -> FFmpeg:
    try:
        path = Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        message = text(
            "{reason}, and imageio-ffmpeg ships none for this machine. Install FFmpeg 5.1 or newer.", reason=reason
        )
        raise MediaFailure(message) from error
    trial = await tried(path, cache)
    if trial.lacks:
        raise MediaFailure(
            text(
                "{reason}, and the one of imageio-ffmpeg fails too: {missing} Install FFmpeg 5.1 or newer.",
                reason=reason,
                missing=_missing(trial),
            )
        )
    return _chosen(trial, f"{reason}; the one that imageio-ffmpeg ships is used: {path}.")


def _chosen(trial: Trial, why: str) -> FFmpeg:
    lost = [f.purpose for f in FEATURES if not f.needed and f.name not in trial.features]
    if lost:
        why += f" It can't do: {', '.join(lost)}."
    return FFmpeg(Path(trial.path), trial.version, frozenset(trial.features), why)


def _missing(trial: Trial) -> str:
    if not trial.version:  # what keeps it from running at all keeps it from every feature
        return f"{next(iter(trial.missing.values())).rstrip('.')}."
    return " ".join(f"{f.purpose}: {trial.missing.get(f.name, 'failed').rstrip('.')}." for f in trial.lacks)


async def tried(path: Path, cache: Path) -> Trial:
    """The trial of this very file (path, time and size), from the cache when there is one."""
    key = await asyncio.to_thread(_key, path)
    file = cache / CACHE_FILE
    known = await asyncio.to_thread(_load, file)
    if (kept := known.get(key)) is not None:
        with suppress(TypeError, KeyError):
            return Trial(kept["path"], kept["version"], tuple(kept["features"]), dict(kept["missing"]))
    trial, certain = await _try_all(path)
    if certain:
        known[key] = asdict(trial)
        await asyncio.to_thread(_save, file, known)
    return trial


def _key(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return f"{path} missing"
    return f"{path.resolve()} {found.st_mtime_ns} {found.st_size} {TRIALS}"


def _load(file: Path) -> dict[str, dict[str, Any]]:
    known = read_json(file)
    return {key: trial for key, trial in known.items() if isinstance(trial, dict)} if isinstance(known, dict) else {}


def _save(file: Path, known: Mapping[str, Any]) -> None:
    with suppress(OSError):  # a folder that can't be written costs the next start a second or two
        write_json(file, known)


async def _try_all(path: Path) -> tuple[Trial, bool]:
    """The trial, and whether it would end the same way again: an answer, not a time-out or a lack of memory."""
    version, refusal = await _version(path)
    if not version:
        return Trial(str(path), "", (), {feature.name: refusal for feature in FEATURES}), False
    missing: dict[str, str] = {}
    certain = True
    for feature in FEATURES:
        try:
            await _try(path, feature)
        except ChildFailed as failure:
            missing[feature.name] = failure.tail[-1] if failure.tail else failure.message
            certain = certain and (failure.returncode or 0) > 0
    return Trial(str(path), version, tuple(f.name for f in FEATURES if f.name not in missing), missing), certain


async def _version(path: Path) -> tuple[str, str]:
    """What it calls itself, and if nothing, why."""
    command = Command("FFmpeg", (str(path), "-hide_banner", "-version"), Limits(wall=TRIAL_SECONDS))
    try:
        ran = await run_child(command, capture=64 * 1024)
    except NovaCastError as error:
        return "", f"{path} does not run as FFmpeg ({error.message})"
    found = re.match(r"ffmpeg version (\S+)", ran.stdout.decode(errors="replace"))
    return (found[1], "") if found else ("", f"{path} does not run as FFmpeg")


async def _try(path: Path, feature: Feature) -> None:
    quiet = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error")
    with TemporaryDirectory(prefix="novacast-trial-") as folder:
        await run_child(
            Command(
                f"The trial of {feature.purpose}",
                (str(path), *quiet, *feature.argv),
                Limits(wall=TRIAL_SECONDS, nice=5),
                outputs={PROGRESS: lambda _: None},
                cwd=Path(folder),
            )
        )
