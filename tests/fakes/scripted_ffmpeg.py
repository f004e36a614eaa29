"""An FFmpeg with devices that this machine does not have: `scripted_ffmpeg.py SCRIPT.json ARGV...`.

What concerns no scripted encoder is handed to the real FFmpeg as it is. A scripted encoder is played by libx264 or
libx265, and misbehaves as told. SCRIPT.json:

    {"real": "/usr/bin/ffmpeg", "state": "/folder", "listed": ["h264_nvenc"],
     "devices": {"h264_nvenc cuda:0": {"does": "works", "after": 20, "sessions": 3}}}

What is listed but has no device is the lie that `-encoders` tells on every machine without a GPU.
Only the standard library: it is started by whatever Python runs the tests, without its site-packages.
"""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PAIRS = {
    "-init_hw_device", "-filter_hw_device", "-hwaccel", "-hwaccel_device", "-hwaccel_output_format",
    "-extra_hw_frames", "-rc", "-tune", "-preset", "-forced-idr", "-forced_idr", "-no-scenecut", "-level:v",
    "-profile:v", "-usage", "-quality", "-allow_sw", "-realtime",
}  # fmt: skip
PLAYED_BY = {
    "h264": ["libx264", "-preset", "ultrafast", "-sc_threshold", "0"],
    "hevc": ["libx265", "-preset", "ultrafast", "-x265-params", "scenecut=0:open-gop=0:log-level=error"],
}
SPOILT = {"garbage": "setsar=sar=1,vflip,negate", "drops": "setsar=sar=1,select=not(eq(n\\,7))"}


def main() -> None:
    script = json.loads(Path(sys.argv[1]).read_text())
    argv = sys.argv[2:]
    names = [argv[at + 1] for at, part in enumerate(argv[:-1]) if part == "-c:v" and argv[at + 1] in script["listed"]]
    if "-encoders" in argv:
        subprocess.run([script["real"], *argv], check=True)
        for name in script["listed"]:
            print(f" V....D {name:<20} Scripted {name} encoder")
    elif not names:
        os.execv(script["real"], [script["real"], *argv])
    else:
        play(script, argv, names)


def play(script: dict[str, Any], argv: list[str], names: list[str]) -> None:
    where = f"{names[0]} {device_of(argv)}"
    state = Path(script["state"])
    with (state / "log").open("a") as log:
        log.write(f"{where}\n")
    about = script["devices"].get(where)
    if about is None:
        refuse(
            "[CUDA @ 0x5581] Cannot load libcuda.so.1", "[AVHWDeviceContext @ 0x5582] Could not dynamically load CUDA"
        )
    if "sessions" in about:
        take_sessions(state, where, about["sessions"], len(names))
    does = about.get("does", "works")
    real = [script["real"], *translated(argv, does)]
    if does == "works" or does in SPOILT or does in {"keyframes", "open"}:
        os.execv(real[0], real)
    elif does == "refuses":
        refuse(f"[{names[0]} @ 0x5583] 10 bit encode not supported")
    elif does == "silent":
        sys.exit(0)
    elif does == "scribbles":
        scribble(real)
    else:
        midway(real, does, about["after"])


def device_of(argv: list[str]) -> str:
    made = [argv[at + 1] for at, part in enumerate(argv[:-1]) if part == "-init_hw_device"]
    if not made:
        return "any"
    kind, _, rest = made[0].partition("=")
    name = rest.partition(":")[2]
    return f"cuda:{name}" if kind == "cuda" else name


def translated(argv: list[str], does: str) -> list[str]:
    out: list[str] = []
    parts = iter(argv)
    for part in parts:
        if part in PAIRS or (part == "-force_key_frames" and does == "keyframes"):
            next(parts)
        elif part == "-c:v":
            codec = next(parts).partition("_")[0]
            out += ["-c:v", *PLAYED_BY[codec]]
            out += ["-x264-params", "open-gop=1", "-bf:v", "3"] if does == "open" else ["-forced-idr", "1"]
            out += ["-fps_mode", "passthrough"] if does == "drops" else []
        elif part == "-bf" and does == "open":
            next(parts)
        elif part == "-filter_complex":
            out += [part, graph(next(parts), does)]
        else:
            out.append(part)
    return out


def graph(text: str, does: str) -> str:
    text = re.sub(r"(?:scale_cuda|scale_vaapi|vpp_qsv)=([^,;\[]*)", scale, text)
    text = re.sub(r"hwupload[^,;\[]*", "null", text)
    return text.replace("setsar=sar=1", SPOILT.get(does, "setsar=sar=1"))


def scale(found: re.Match[str]) -> str:
    """A device's scaler as the processor's, whatever the order of its options."""
    told = dict(one.split("=", 1) for one in found[1].split(":"))
    return f"scale={told['w']}:{told['h']}:flags=bicubic,format=yuv420p"


def take_sessions(state: Path, where: str, most: int, wanted: int) -> None:
    """Held until this process, or the FFmpeg it becomes, is gone."""
    taken = 0
    for number in range(most):
        handle = os.open(state / f"{where.replace('/', '-')} {number}", os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            continue
        os.set_inheritable(handle, True)
        taken += 1
        if taken == wanted:
            return
    refuse("[h264_nvenc @ 0x5584] OpenEncodeSessionEx failed: out of memory (10): (no details)")


def midway(real: list[str], does: str, after: int) -> None:
    """The first pictures are real; the rest never come."""
    if does == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.run([*real[:-1], "-frames:v", str(after), real[-1]], check=False, close_fds=False)
    if does == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    while True:
        time.sleep(60)


def scribble(real: list[str]) -> None:
    """Ends well, but the second half of each segment's data is noise."""
    code = subprocess.run(real, check=False, close_fds=False).returncode
    for segment in Path.cwd().glob("**/*.m4s"):
        data = bytearray(segment.read_bytes())
        for at in range(len(data) // 2, len(data)):
            data[at] = (at * 37 + 11) % 256
        segment.write_bytes(data)
    sys.exit(code)


def refuse(*words: str) -> None:
    print(*words, "Conversion failed!", sep="\n", file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
