"""Checks of the machine: Python, FFmpeg, disk, ports, clock, limits."""

import errno
import platform
import resource
import shutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from novacast.clock import DAY, MINUTE, SECOND, Clock, iso
from novacast.errors import NovaCastError
from novacast.folder import DataFolder
from novacast.media.ffmpeg import FEATURES, find_ffmpeg
from novacast.operations.models import Finding, State, failed, ok, warning
from novacast.settings import Settings

PYTHON = (3, 11)
COMFORT = 10 * 1024**3
"""Bytes: an evening of recordings and the pieces made of them."""
DESCRIPTORS = 4096
"""Files and connections below which a full house is turned away."""
WRITTEN = 1_767_225_600 * SECOND
"""1 January 2026: before this program was written, so no clock can be right that says less."""


def python() -> Finding:
    version = platform.python_version()
    if sys.version_info < PYTHON:
        return failed("python", f"Python {version} is too old.", "Install Python 3.11 or later and run packaging/run.")
    return ok("python", f"Python {version} on {platform.system()} {platform.machine()}, {sys.executable}")


async def ffmpeg(settings: Settings, folder: DataFolder) -> Finding:
    """Which one is used and why; each feature by trial, since a name in a list proves nothing."""
    try:
        with _cache(folder) as cache:
            found = await find_ffmpeg(cache, explicit=settings.transcode.ffmpeg)
    except NovaCastError as error:
        return failed("ffmpeg", error.message, "Install FFmpeg 5.1 or later: apt-get install -y ffmpeg")
    lost = [feature.name for feature in FEATURES if not found.has(feature.name)]
    message = f"FFmpeg {found.version}. {found.why} Tried and working: {', '.join(sorted(found.features))}."
    if lost:
        return warning("ffmpeg", message, f"Install an FFmpeg that can do {', '.join(lost)} as well.")
    return ok("ffmpeg", message)


def disk(settings: Settings, folder: DataFolder) -> Finding:
    place = _existing(folder.root)
    usage = shutil.disk_usage(place)
    free = f"{_size(usage.free)} of {_size(usage.total)} free on the disk that holds {place}"
    if usage.free < settings.uploads.reserve_bytes:
        return failed(
            "disk",
            f"{free}: less than the reserve of {_size(settings.uploads.reserve_bytes)}; uploads are refused.",
            "Free some, move the data folder to a larger disk, or lower uploads.reserve_bytes.",
        )
    if usage.free < settings.uploads.reserve_bytes + COMFORT:
        return warning("disk", f"{free}.", f"Free some: {_size(COMFORT)} beside the reserve last an evening.")
    return ok("disk", f"{free}.")


def port(settings: Settings, *, served: bool) -> Finding:
    """`served`: a NovaCast holds this data folder and so, by right, the port."""
    return _listened("port", settings.server.host, settings.server.port, ("server.port", "server.host"), served=served)


def encoder_ports(settings: Settings, *, served: bool) -> Finding:
    """The ports where encoders send to."""
    live = settings.live
    host, names = live.rtmp_host or settings.server.host, {"live.rtmp_port": live.rtmp_port}
    if settings.tls.certificate:
        names["live.rtmps_port"] = live.rtmps_port
    names["live.srt_port"] = live.srt_port
    opened = {name: number for name, number in names.items() if number}
    if not opened:
        return ok("live", "No encoders are listened for: live.rtmp_port and live.srt_port are 0.")
    found = [
        _listened(
            "live",
            host,
            0 if settings.server.port == 0 else number,
            (name, "live.rtmp_host"),
            served=served,
            kind=socket.SOCK_DGRAM if name == "live.srt_port" else socket.SOCK_STREAM,
        )
        for name, number in opened.items()
    ]
    wrong = next((one for one in found if one.state is not State.OK), None)
    return wrong or ok("live", " ".join(one.message for one in found))


def _listened(
    check: str,
    host: str,
    number: int,
    settings: tuple[str, str],
    *,
    served: bool,
    kind: socket.SocketKind = socket.SOCK_STREAM,
) -> Finding:
    """`settings`: names of those of the port and of the host."""
    udp = kind is socket.SOCK_DGRAM
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, number, type=kind, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if not udp:  # two sockets of UDP may share a port by it
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return _port_refused(check, error, host, number, settings, served=served, udp=udp)
    return ok(check, f"{host}:{number}{' (UDP)' if udp else ''} is free.")


def _port_refused(
    check: str,
    error: OSError,
    host: str,
    number: int,
    settings: tuple[str, str],
    *,
    served: bool,
    udp: bool = False,
) -> Finding:
    if error.errno == errno.EADDRINUSE and served:
        return ok(check, f"{host}:{number} is held by the NovaCast that runs on this data folder.")
    if error.errno == errno.EADDRINUSE:
        return failed(
            check,
            f"Another program listens on {host}:{number}.",
            f"Stop it (`ss -l{'u' if udp else 't'}np 'sport = :{number}'` names it), "
            f"or set {settings[0]} to a free one.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return failed(
            check,
            f"Port {number} is for the system's own programs.",
            f"Set {settings[0]} to 1024 or more, or give the service AmbientCapabilities=CAP_NET_BIND_SERVICE.",
        )
    return failed(
        check,
        f"{host}:{number} can't be listened on: {error.strerror or error}.",
        f"Set {settings[1]} to an address of this machine, such as 127.0.0.1 or 0.0.0.0.",
    )


def time(clock: Clock, folder: DataFolder) -> Finding:
    """Sane, if not before this program was written, nor before what has been written to the data folder."""
    now = clock.now()
    mend = "Set it, and keep it right: timedatectl set-ntp true"
    if now < WRITTEN:
        return failed("clock", f"The clock says {iso(now)}, which is in the past.", mend)
    last = max(
        (path.stat().st_mtime_ns // 1000 for path in (folder.database, folder.queue) if path.exists()), default=0
    )
    if last > now + MINUTE:
        return failed("clock", f"The clock says {iso(now)}, but the database was written at {iso(last)}.", mend)
    if now > WRITTEN + 20 * 365 * DAY:
        return warning("clock", f"The clock says {iso(now)}, which is far in the future.", mend)
    return ok("clock", f"The clock says {iso(now)}.")


def file_limit(settings: Settings) -> Finding:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard >= DESCRIPTORS:
        return ok("files", f"{'Any number of' if hard == resource.RLIM_INFINITY else hard} files may be open at once.")
    return warning(
        "files",
        f"Only {hard} files may be open at once; each viewer needs one ({settings.server.max_connections} are set).",
        "LimitNOFILE=65536 in the service, or nofile in /etc/security/limits.conf.",
    )


@contextmanager
def _cache(folder: DataFolder) -> Iterator[Path]:
    """A data folder that is not there yet is not made by looking for it."""
    if folder.cache.is_dir():
        yield folder.cache
    else:
        with TemporaryDirectory(prefix="novacast-doctor-") as unkept:
            yield Path(unkept)


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _size(count: int) -> str:
    size, units = float(count), ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{size:.0f} {units[0]}" if units[0] == "bytes" else f"{size:.1f} {units[0]}"
