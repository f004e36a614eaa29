"""What FFmpeg is told for each encoder, as pure functions; nothing here starts anything.

A command line is made of four parts: `opening` goes before everything, `decoding` before the input, `scaling` into the
filter graph of each rung, `encoding` before the rung's output. Values are plain: ffmpeg-python and argv lists both
take them.

Sources of the options: FFmpeg's own `-h encoder=…`, against which a test holds every name used here.
"""

from collections.abc import Mapping

from novacast.media.encoders.levels import level
from novacast.media.encoders.models import Codec, Encoder, Filter, Kind, Route, Target
from novacast.media.info import Video

Options = dict[str, str | int]

DEVICE = "gpu"
"""What the device is called within one command line."""

# x264's presets, the fastest first, and what comes nearest elsewhere.
_PRESETS: Mapping[str, tuple[str, ...]] = {
    "libx264": ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"),
    "libx265": ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"),
    "libsvtav1": ("10", "9", "8", "8", "7", "6", "5"),
    Kind.NVENC: ("p1", "p1", "p2", "p3", "p4", "p5", "p6"),
    Kind.QSV: ("veryfast", "veryfast", "veryfast", "faster", "fast", "medium", "slow"),
    Kind.AMF: ("speed", "speed", "speed", "speed", "balanced", "balanced", "quality"),
}
FULL_RANGE = 2
_SPARE_PICTURES = 8
"""A device's decoder gives a fixed number of pictures; these more are for those that wait in filters and encoders."""

_DECODED = {"h264"}
"""What a source may be in for its pictures to stay on the device: what the trial decoded there."""


def opening(encoder: Encoder, route: Route) -> tuple[str, ...]:
    """Global options: the device, and that filters are to use it."""
    made = {
        Kind.NVENC: f"cuda={DEVICE}:{encoder.device.removeprefix('cuda:')}",
        Kind.VAAPI: f"vaapi={DEVICE}:{encoder.device}",
        Kind.QSV: f"qsv={DEVICE}@va",
    }.get(encoder.kind)
    if made is None or route is Route.PROCESSOR:
        return ()
    # On Linux a Quick Sync device is derived from the VAAPI device of its node: the only way to choose one of several.
    first = ("-init_hw_device", f"vaapi=va:{encoder.device}") if encoder.kind is Kind.QSV else ()
    return (*first, "-init_hw_device", made, "-filter_hw_device", DEVICE)


def decoding(encoder: Encoder, route: Route) -> Options:
    """Input options. Empty unless the pictures are to stay on the device."""
    if route is not Route.WHOLE:
        return {}
    method = {Kind.NVENC: "cuda", Kind.VAAPI: "vaapi", Kind.QSV: "qsv"}[encoder.kind]
    return {
        "hwaccel": method,
        "hwaccel_device": DEVICE,
        "hwaccel_output_format": method,
        "extra_hw_frames": _SPARE_PICTURES,
    }


def scaling(encoder: Encoder, route: Route, target: Target) -> tuple[Filter, ...]:
    """From the decoded (progressive, upright) picture to what the encoder takes, in square pixels."""
    size: Options = {"w": target.width, "h": target.height}
    if route is Route.WHOLE:
        return (_device_scale(encoder.kind, size), Filter("setsar", {"sar": 1}))
    soft = Filter("scale", {**size, "flags": "bicubic", "out_range": "tv"})
    return (soft, Filter("setsar", {"sar": 1}), *_handing_over(encoder))


def _device_scale(kind: Kind, size: Options) -> Filter:
    match kind:
        case Kind.NVENC:
            return Filter("scale_cuda", {**size, "interp_algo": "bicubic", "format": "yuv420p"})
        case Kind.VAAPI:
            return Filter("scale_vaapi", {**size, "format": "nv12", "mode": "hq", "out_range": "tv"})
        case _:
            return Filter("vpp_qsv", {**size, "format": "nv12"})


def _handing_over(encoder: Encoder) -> tuple[Filter, ...]:
    """NVENC, AMF and the processor's encoders take pictures from memory as they are."""
    match encoder.kind:
        case Kind.VAAPI:
            return (Filter("format", {"pix_fmts": "nv12"}), Filter("hwupload"))
        case Kind.QSV:
            spare: Options = {"extra_hw_frames": 64}  # the runtime keeps more pictures than it says
            return (Filter("format", {"pix_fmts": "nv12"}), Filter("hwupload", spare))
        case Kind.AMF | Kind.VIDEOTOOLBOX:
            return (Filter("format", {"pix_fmts": "nv12"}),)
        case _:
            return (Filter("format", {"pix_fmts": "yuv420p"}),)


def encoding(encoder: Encoder, target: Target) -> Options:
    """Output options of one rung: rate, keyframes, profile, level. `force_key_frames` is the caller's."""
    shared: Options = {
        "c:v": encoder.name,
        "g": target.longest or target.gop,
        "maxrate:v": target.maxrate,
        "bufsize:v": target.bufsize,
    }
    if encoder.hardware:
        # No B pictures: not every chip has them, and without them any segment can be joined to any other.
        shared |= {"b:v": target.bitrate, "bf": 0}
    if encoder.codec is Codec.HEVC:
        shared |= {"tag:v": "hvc1"}  # parameter sets in the initialization segment alone, as HLS and Apple want it
    return shared | _OF_KIND[encoder.kind](encoder, target)


def preset(encoder: Encoder, target: Target) -> str:
    steps = _PRESETS[encoder.name if encoder.kind is Kind.SOFTWARE else encoder.kind]
    names = _PRESETS["libx264"]
    return steps[names.index(target.preset) if target.preset in names else names.index("veryfast")]


def _software(encoder: Encoder, target: Target) -> Options:
    match encoder.codec:
        case Codec.H264:
            return {
                "preset": preset(encoder, target), "crf": target.quality, "profile:v": "high",
                "level:v": level(Codec.H264, target), "pix_fmt": "yuv420p",
                # Transform 8x8 keeps the profile High where a preset would fall back to Baseline.
                "x264-params": "8x8dct=1", "sc_threshold": 0, "keyint_min": target.gop, "threads": target.threads,
            }  # fmt: skip
        case Codec.HEVC:
            return {
                "preset": preset(encoder, target), "crf": target.quality + 3, "profile:v": "main",
                "pix_fmt": "yuv420p", "forced-idr": 1, "x265-params": _x265(target),
            }  # fmt: skip
        case Codec.AV1:
            threads = {"svtav1-params": f"lp={target.threads}"} if target.threads else {}
            return {
                "preset": preset(encoder, target), "crf": min(63, target.quality + 13), "pix_fmt": "yuv420p", **threads,
            }  # fmt: skip


def _x265(target: Target) -> str:
    """Closed groups of pictures, no keyframe but the wanted ones; x265 hears of `-g` but not of the rest."""
    said = {
        "keyint": target.longest or target.gop, "min-keyint": target.gop, "scenecut": 0, "open-gop": 0,
        "repeat-headers": 0, "level-idc": level(Codec.HEVC, target) // 3, "high-tier": 0, "log-level": "error",
    }  # fmt: skip
    if target.threads:
        said["pools"] = target.threads
    return ":".join(f"{key}={value}" for key, value in said.items())


def _nvenc(encoder: Encoder, target: Target) -> Options:
    profile: Options = {} if encoder.codec is Codec.AV1 else {"profile:v": _PROFILE[encoder.codec]}
    return {
        "preset": preset(encoder, target), "tune": "hq", "rc": "vbr", "forced-idr": 1, "no-scenecut": 1,
        "level:v": level(encoder.codec, target), **profile,
    }  # fmt: skip


def _qsv(encoder: Encoder, target: Target) -> Options:
    # Quick Sync rejects a level together with some sizes and derives the right one itself.
    return {"preset": preset(encoder, target), "forced_idr": 1, "profile:v": _PROFILE[encoder.codec]}


def _vaapi(encoder: Encoder, target: Target) -> Options:
    # Forced keyframes are IDR pictures in every FFmpeg; the mode of rate control follows from the rates.
    return {"profile:v": _PROFILE[encoder.codec], "level:v": level(encoder.codec, target)}


def _amf(encoder: Encoder, target: Target) -> Options:
    return {
        "usage": "transcoding", "quality": preset(encoder, target), "rc": "vbr_peak", "forced_idr": 1,
        "profile:v": _PROFILE[encoder.codec],
        "level:v": level(encoder.codec, target),
    }  # fmt: skip


def _v4l2m2m(encoder: Encoder, target: Target) -> Options:
    # The driver gives parameter sets with the first picture only, and MP4 wants them in its head.
    return {"pix_fmt": "yuv420p", "bsf:v": "extract_extradata"}


def _videotoolbox(encoder: Encoder, target: Target) -> Options:
    return {"profile:v": _PROFILE[encoder.codec], "allow_sw": 0, "realtime": 0}


_PROFILE = {Codec.H264: "high", Codec.HEVC: "main", Codec.AV1: "main"}
_OF_KIND = {
    Kind.SOFTWARE: _software,
    Kind.NVENC: _nvenc,
    Kind.QSV: _qsv,
    Kind.VAAPI: _vaapi,
    Kind.AMF: _amf,
    Kind.V4L2M2M: _v4l2m2m,
    Kind.VIDEOTOOLBOX: _videotoolbox,
}


def route_for(proven: Route, video: Video) -> Route:
    """The route for this source: what the device may not decode, or only the processor can mend, goes by upload."""
    plain = not video.interlaced and not video.rotation and not video.alpha and not video.colour.hdr
    known = video.codec in _DECODED and video.pix_fmt == "yuv420p" and video.colour.range != FULL_RANGE
    if proven is Route.WHOLE and not (plain and known):
        return Route.UPLOAD
    return proven
