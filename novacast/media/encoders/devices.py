"""What there is in this machine that may encode. Found by what the kernel shows; whether it works is for the trial."""

import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from novacast.media.encoders.models import CPU, Codec, Device, Encoder, Kind
from novacast.records import dataclass

AMD = "0x1002"
NO_DRIVER = "none 0"
"""What is said of an NVIDIA card that has neither driver nor node."""
DRIVER_FOLDERS = ("usr/lib", "usr/lib64", "usr/local/lib")
"""Where VA-API's user-space drivers lie, in `dri` or `<triplet>/dri`."""


@dataclass(frozen=True, slots=True)
class Machine:
    root: Path = Path("/")
    system: str = sys.platform
    release: str = platform.release()
    """Of the kernel, which brings most of the drivers."""


def find_devices(machine: Machine | None = None) -> tuple[Device, ...]:
    """Blocking. The processor is always there, and comes last."""
    machine = machine or Machine()
    found = [*_nvidia(machine), *_render_nodes(machine), *_v4l2(machine)]
    if machine.system == "darwin":
        found.append(Device(Kind.VIDEOTOOLBOX, "videotoolbox", machine.release))
    return (*found, Device(Kind.SOFTWARE, CPU, f"{platform.machine()} {os.cpu_count()}"))


def at_hand(devices: Iterable[Device], root: Path = Path("/")) -> tuple[Device, ...]:
    """Without the NVIDIA card that is always tried, where nothing speaks for one: so that a machine without devices
    makes no trial. Under Windows' Linux a card has no node of its own.
    """
    there = (root / "dev/dxg").exists()
    return tuple(one for one in devices if there or one.kind is not Kind.NVENC or one.driver != NO_DRIVER)


def candidates(listed: Iterable[str], devices: Iterable[Device], codecs: Iterable[Codec]) -> tuple[Encoder, ...]:
    """Each encoder that FFmpeg lists, on each device that could run it. Quick Sync is Intel's, AMF is AMD's."""
    names, wanted = set(listed), list(codecs)
    encoders = [Encoder(codec, device.kind, device.name) for device in devices for codec in wanted]
    return tuple(encoder for encoder in encoders if encoder.name in names)


def _nvidia(machine: Machine) -> Iterator[Device]:
    """CUDA counts from 0 what it may use, whatever the nodes are called. One is always tried: in some containers and
    under Windows' Linux there is a GPU without a node, and without a driver the trial ends in a tenth of a second.
    """
    nodes = [node for node in _names(machine.root / "dev") if re.fullmatch(r"nvidia\d+", node)]
    driver = _text(machine.root / "proc/driver/nvidia/version").partition("\n")[0] or "none"
    for number in range(max(1, len(nodes))):
        yield Device(Kind.NVENC, f"cuda:{number}", f"{driver} {len(nodes)}")


def _render_nodes(machine: Machine) -> Iterator[Device]:
    """Each node by VA-API, Intel's by Quick Sync as well, and AMF once when there is one of AMD's."""
    amd = False
    libraries = _va_drivers(machine.root)
    for node in _names(machine.root / "dev/dri"):
        if not re.fullmatch(r"renderD\d+", node):
            continue
        about = machine.root / "sys/class/drm" / node / "device"
        vendor, name = _text(about / "vendor"), f"/dev/dri/{node}"
        driver = f"{machine.release} {vendor} {_text(about / 'device')} {libraries}"
        yield Device(Kind.VAAPI, name, driver)
        if vendor in {"0x8086", ""}:
            yield Device(Kind.QSV, name, driver)
        amd = amd or vendor == AMD
    if amd:
        yield Device(Kind.AMF, "amf:0", f"{machine.release} {libraries}")


def _v4l2(machine: Machine) -> Iterator[Device]:
    """FFmpeg looks for the right node itself, so one trial stands for all; the encoder's own name is shown."""
    nodes = [node for node in _names(machine.root / "dev") if re.fullmatch(r"video\d+", node)]
    if nodes:
        names = {node: _text(machine.root / "sys/class/video4linux" / node / "name") for node in nodes}
        best = min(nodes, key=lambda node: next((n for n, part in enumerate(("enc", "m2m")) if part in names[node]), 2))
        yield Device(Kind.V4L2M2M, f"/dev/{best}", f"{machine.release} {names[best]}")


def _va_drivers(root: Path) -> str:
    """Names and dates of VA-API's drivers: they change without the kernel."""
    found = []
    for folder in DRIVER_FOLDERS:
        below = root / folder
        for file in sorted([*below.glob("dri/*_drv_video.so"), *below.glob("*/dri/*_drv_video.so")]):
            with suppress(OSError):
                found.append(f"{file.name}:{file.stat().st_mtime_ns}")
    return " ".join(found)


def _names(folder: Path) -> list[str]:
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
    return sorted(names, key=lambda name: (len(name), name))


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")[:500].strip()
    except OSError:
        return ""
