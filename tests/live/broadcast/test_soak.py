"""A long programme with drops: sound stays with the picture, and nothing grows.

NOVACAST_SOAK_MINUTES sets how long; 30 otherwise. What was found is printed (`-s`).
"""

import gc
import os
import subprocess
import time
from array import array
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import pytest

from novacast.identity import Principal, Role
from novacast.live.models import ProgrammeState
from tests.live.broadcast.conftest import SYSTEM, Hall
from tests.waiting import until

MINUTES = float(os.environ.get("NOVACAST_SOAK_MINUTES", "30"))
WARM = min(120.0, MINUTES * 15)
"""Seconds after which memory is measured for the first time."""
STRETCH = 45
"""Seconds of media from one drop to the next."""
FPS, RATE = 30, 8000
CLAP = "color=black:size=256x144:rate=30,drawbox=t=fill:color=white:enable='lt(mod(t,1),0.1)'"
BEEP = "aevalsrc='if(lt(mod(t,1),0.1),0.8*sin(2*PI*1000*t),0)':s=48000"
DRIFT = 0.040
PRODUCER = Principal(person_id="producer", session_id="s", roles={"org1": Role.PRODUCER})


def memory() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def played(playlist: Path, *options: str) -> bytes:
    argv = [SYSTEM, "-v", "error", "-copyts", "-allowed_extensions", "ALL", "-i", str(playlist), *options, "pipe:1"]
    return subprocess.run(argv, capture_output=True, check=True).stdout


def flashes(folder: Path) -> list[float]:
    """Seconds at which the picture turns white."""
    light = played(folder / "144p/index.m3u8", "-vf", "fps=30:start_time=0,scale=1:1,format=gray", "-f", "rawvideo")
    return [n / FPS for n in range(1, len(light)) if light[n] > 128 >= light[n - 1]]


def beeps(folder: Path) -> list[float]:
    """Seconds at which it becomes loud after half a second of silence."""
    # Where sound lies is what its time stamps say: without the limit of 1 ms, seams are let add up to 100 ms.
    resampled = f"aresample={RATE}:async=1:first_pts=0:min_hard_comp=0.001"
    options = ("-af", resampled, "-ac", "1", "-f", "s16le")
    samples = array("h", played(folder / "audio/index.m3u8", *options))
    found, quiet = [], RATE
    for number, value in enumerate(samples):
        if abs(value) > 6000:
            if quiet > RATE / 2:
                found.append(number / RATE)
            quiet = 0
        else:
            quiet += 1
    return found


def distances(seen: Sequence[float], heard: Sequence[float]) -> list[float]:
    """How much later each clap is heard than seen."""
    near = [min((one - at for one in heard), key=abs) for at in seen]
    return [one for one in near if abs(one) < 0.4]


@pytest.mark.soak
async def test_sound_stays_with_the_picture_and_nothing_grows(hall: Hall) -> None:
    await hall.is_set(return_seconds=120)
    began, measured = time.monotonic(), (0, 0)
    drops = 0
    while (passed := time.monotonic() - began) < MINUTES * 60:
        hall.publish(picture=CLAP, tone=BEEP, seconds=STRETCH)
        programme = await hall.is_now(ProgrammeState.ON_AIR)
        await until(lambda: hall.encoders[-1].process.poll() is not None, STRETCH + 60)
        hall.encoders[-1].kill()
        await hall.is_now(ProgrammeState.INTERRUPTED)
        drops += 1
        if passed > WARM and not measured[0]:
            measured = memory(), files()
    after = memory(), files()
    await hall.ends(programme)

    folder = (await hall.vods.source.show(PRODUCER, programme.id)).folder
    found = distances(flashes(folder), beeps(folder))
    first, last = median(found[:10]), median(found[-10:])
    print(
        f"\n{MINUTES:g} minutes, {drops} drops, {len(found)} claps; sound behind the picture by {first * 1000:.0f} ms"
    )
    print(f"at the beginning, {last * 1000:.0f} ms at the end; worst {max(map(abs, found)) * 1000:.0f} ms")
    print(f"memory {measured[0] / 2**20:.0f} MB, then {after[0] / 2**20:.0f} MB; files {measured[1]}, then {after[1]}")
    assert len(found) > 20
    assert abs(last - first) < DRIFT
    assert after[1] <= measured[1] + 4
    assert after[0] < measured[0] * 1.25 + 16 * 2**20
