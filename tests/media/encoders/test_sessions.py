import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from novacast.clock import SystemClock
from novacast.media.encoders import Codec, Encoder, Kind, Proof, Route, Sessions

HOLDER = """
import asyncio, sys
from pathlib import Path
from novacast.clock import SystemClock
from novacast.media.encoders import Codec, Encoder, Kind, Proof, Route, Sessions

async def main():
    proof = Proof(Encoder(Codec.H264, Kind.NVENC, "cuda:0"), Route.WHOLE, sessions=3, limited=True)
    async with Sessions(Path(sys.argv[1]), SystemClock()).lease(proof, int(sys.argv[2])) as held:
        print(held, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
ROOT = Path(__file__).parents[3]


def proof(kind: Kind = Kind.NVENC, device: str = "cuda:0", *, limit: int = 3, limited: bool = True) -> Proof:
    return Proof(Encoder(Codec.H264, kind, device), Route.UPLOAD, sessions=limit, limited=limited)


async def test_sessions_are_counted_over_all_workers_and_a_killed_ones_are_free_at_once(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, SystemClock())
    worker = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), "2"],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert worker.stdout is not None
    try:
        assert await asyncio.to_thread(worker.stdout.readline) == b"2\n"
        async with sessions.lease(proof(), 2) as refused, sessions.lease(proof(), 1) as granted:
            assert (refused, granted) == (0, 1)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
    async with sessions.lease(proof(), 3) as granted:
        assert granted == 3


async def test_more_than_the_device_has_is_cut_to_what_it_has(tmp_path: Path) -> None:
    async with Sessions(tmp_path, SystemClock()).lease(proof(), 6) as granted:
        assert granted == 3


async def test_whoever_is_patient_gets_what_another_gives_back(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, SystemClock())
    async with sessions.lease(proof(), 3):
        waiting = asyncio.ensure_future(one(sessions))
        async with sessions.lease(proof(), 1) as refused:
            assert refused == 0
    assert await asyncio.wait_for(waiting, 20) == 1


async def one(sessions: Sessions) -> int:
    async with sessions.lease(proof(), 1, patience=15.0) as granted:
        return granted


async def test_all_of_nvidias_cards_share_what_its_driver_allows(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, SystemClock())
    async with sessions.lease(proof(), 3), sessions.lease(proof(device="cuda:1"), 1) as refused:
        assert refused == 0
    free = [proof(device=f"cuda:{number}", limit=8, limited=False) for number in range(2)]
    async with sessions.lease(free[0], 8), sessions.lease(free[1], 8) as granted:
        assert granted == 8


async def test_both_ways_to_one_device_share_its_sessions(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path, SystemClock())
    node = "/dev/dri/renderD128"
    async with sessions.lease(proof(Kind.QSV, node), 2), sessions.lease(proof(Kind.VAAPI, node), 2) as refused:
        assert refused == 0


async def test_the_processor_is_shared_without_counting(tmp_path: Path) -> None:
    async with Sessions(tmp_path, SystemClock()).lease(proof(Kind.SOFTWARE, "cpu", limit=0), 6) as granted:
        assert granted == 6
    assert not list(tmp_path.iterdir())
