"""What the kernel shows is read from a made-up root."""

from pathlib import Path

from novacast.media.encoders import Codec, Kind
from novacast.media.encoders.devices import Machine, candidates, find_devices


def found(root: Path, system: str = "linux") -> dict[Kind, list[str]]:
    kinds: dict[Kind, list[str]] = {}
    for device in find_devices(Machine(root, system, "6.1.0")):
        kinds.setdefault(device.kind, []).append(device.name)
    return kinds


def node(root: Path, name: str, vendor: str) -> None:
    (root / "dev/dri").mkdir(parents=True, exist_ok=True)
    (root / "dev/dri" / name).touch()
    about = root / "sys/class/drm" / name / "device"
    about.mkdir(parents=True)
    (about / "vendor").write_text(f"{vendor}\n")


def test_the_processor_is_always_there_and_nvidia_is_asked_even_without_a_node(tmp_path: Path) -> None:
    assert found(tmp_path) == {Kind.NVENC: ["cuda:0"], Kind.SOFTWARE: ["cpu"]}


def test_intels_node_is_tried_both_ways_and_amds_by_vaapi_and_amf(tmp_path: Path) -> None:
    node(tmp_path, "renderD128", "0x8086")
    node(tmp_path, "renderD129", "0x1002")
    (tmp_path / "dev/dri/card0").touch()
    kinds = found(tmp_path)
    assert kinds[Kind.VAAPI] == ["/dev/dri/renderD128", "/dev/dri/renderD129"]
    assert kinds[Kind.QSV] == ["/dev/dri/renderD128"]
    assert kinds[Kind.AMF] == ["amf:0"]


def test_every_nvidia_card_is_counted_as_cuda_counts(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    for name in ("nvidia2", "nvidia3", "nvidiactl", "nvidia-uvm"):
        (tmp_path / "dev" / name).touch()
    assert found(tmp_path)[Kind.NVENC] == ["cuda:0", "cuda:1"]


def test_of_video_nodes_the_encoder_is_named(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    for name, title in (
        ("video0", "HD Webcam"),
        ("video10", "bcm2835-codec-decode"),
        ("video11", "bcm2835-codec-encode"),
    ):
        (tmp_path / "dev" / name).touch()
        about = tmp_path / "sys/class/video4linux" / name
        about.mkdir(parents=True)
        (about / "name").write_text(title)
    assert found(tmp_path)[Kind.V4L2M2M] == ["/dev/video11"]


def test_a_mac_has_videotoolbox(tmp_path: Path) -> None:
    assert found(tmp_path, "darwin")[Kind.VIDEOTOOLBOX] == ["videotoolbox"]


def test_a_new_driver_makes_another_device_of_it(tmp_path: Path) -> None:
    node(tmp_path, "renderD128", "0x8086")
    before = find_devices(Machine(tmp_path, "linux", "6.1.0"))
    assert find_devices(Machine(tmp_path, "linux", "6.1.0")) == before
    drivers = tmp_path / "usr/lib/x86_64-linux-gnu/dri"
    drivers.mkdir(parents=True)
    (drivers / "iHD_drv_video.so").touch()
    after = find_devices(Machine(tmp_path, "linux", "6.1.0"))
    assert {device.kind for device in set(after) - set(before)} == {Kind.VAAPI, Kind.QSV}
    (tmp_path / "proc/driver/nvidia").mkdir(parents=True)
    (tmp_path / "proc/driver/nvidia/version").write_text("NVRM version: 550.54\n")
    assert {d.kind for d in set(find_devices(Machine(tmp_path, "linux", "6.1.0"))) - set(after)} == {Kind.NVENC}


def test_only_what_ffmpeg_lists_is_a_candidate(tmp_path: Path) -> None:
    node(tmp_path, "renderD128", "0x8086")
    devices = find_devices(Machine(tmp_path, "linux", "6.1.0"))
    listed = ["libx264", "libx265", "h264_vaapi", "hevc_qsv", "h264_amf"]
    assert [str(one) for one in candidates(listed, devices, [Codec.H264, Codec.HEVC])] == [
        "h264_vaapi on /dev/dri/renderD128", "hevc_qsv on /dev/dri/renderD128", "libx264", "libx265",
    ]  # fmt: skip
    assert candidates(listed, devices, [Codec.AV1]) == ()
