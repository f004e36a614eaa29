import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from novacast.errors import ChildFailed, MediaFailure
from novacast.media.process import STDOUT, Child, Command, Limits, run_child
from tests.waiting import until

FAKES = Path(__file__).parents[1] / "fakes"
SCRIPT = str(FAKES / "child_script.py")
PATIENCE = 20.0


class Lines:
    """Takes a child's stdout; `first` resolves with its first line."""

    def __init__(self) -> None:
        self.seen = b""
        self.first: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def __call__(self, chunk: bytes) -> None:
        self.seen += chunk
        if b"\n" in self.seen and not self.first.done():
            self.first.set_result(self.seen.partition(b"\n")[0].decode())


NO_LIMITS = Limits()


def fake(*words: str, limits: Limits = NO_LIMITS, grace: float = PATIENCE, lines: Lines | None = None) -> Command:
    outputs = {STDOUT: lines} if lines is not None else {}
    return Command(words[0], (sys.executable, SCRIPT, *words), limits, outputs, grace=grace)


def alive(pid: int) -> bool:
    """A zombie is not alive: whoever inherits it decides when it goes."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def started(*words: str, **options: object) -> tuple[Child, str]:
    lines = Lines()
    child = await Child.start(fake(*words, lines=lines, **options))  # type: ignore[arg-type]  # passed through
    return child, await asyncio.wait_for(lines.first, PATIENCE)


async def test_a_child_that_ends_well_gives_its_output() -> None:
    ran = await run_child(Command("echo", ("echo", "hello")), capture=100)
    assert ran.stdout == b"hello\n"
    assert ran.outcome.ok


async def test_arguments_reach_the_program_as_they_are() -> None:
    odd = ("a b", "$HOME", "; rm", "'", "", "ü\n")
    ran = await run_child(Command("printf", ("printf", "%s|", *odd)), capture=100)
    assert ran.stdout.decode() == "|".join(odd) + "|"


async def test_a_missing_program_is_named() -> None:
    with pytest.raises(ChildFailed, match=r"no-such-program.*No such file"):
        await run_child(Command("The encoder", ("no-such-program",)))


async def test_a_missing_working_directory_is_a_failure_to_start(tmp_path: Path) -> None:
    before = descriptors()
    with pytest.raises(ChildFailed, match="could not be started"):
        await run_child(Command("ls", ("ls",), cwd=tmp_path / "gone"))
    await until(lambda: descriptors() <= before + 1)


async def test_a_child_that_ignores_term_is_killed_after_its_grace() -> None:
    child, _ = await started("deaf", grace=0.1)
    await child.stop()
    outcome = await child.wait()
    assert outcome.killed
    assert outcome.returncode == -signal.SIGKILL
    assert not outcome.ok


async def test_exit_255_after_our_own_term_is_success_and_otherwise_is_not() -> None:
    child, _ = await started("polite")
    await child.stop()
    outcome = await child.wait()
    assert (outcome.returncode, outcome.stopped, outcome.ok) == (255, True, True)
    with pytest.raises(ChildFailed) as failure:
        await run_child(Command("sh", ("sh", "-c", "exit 255")))
    assert failure.value.returncode == 255


async def test_a_child_that_hangs_is_ended_at_its_wall_limit() -> None:
    with pytest.raises(ChildFailed, match=r"took longer than 0\.3 s"):
        await run_child(fake("hang", limits=Limits(wall=0.3)))


async def test_time_spent_paused_does_not_count() -> None:
    child, _ = await started("hang", limits=Limits(wall=60))
    deadline = child._deadline
    assert deadline is not None
    child.pause()
    assert deadline.cancelled()
    child.resume()
    assert child._deadline is not None
    assert not child._deadline.cancelled()
    await child.stop()


async def test_a_paused_child_stands_still_until_resumed() -> None:
    lines = Lines()
    async with await Child.start(fake("counts", lines=lines)) as child:
        await lines.first
        child.pause()
        await until(lambda: Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        child.resume()
        stood = len(lines.seen)
        await until(lambda: len(lines.seen) > stood + 50)


async def test_a_paused_child_can_be_stopped() -> None:
    child, _ = await started("polite")
    child.pause()
    await child.stop()
    assert (await child.wait()).ok


async def test_a_flood_on_stderr_neither_blocks_the_child_nor_fills_memory() -> None:
    ran = await run_child(fake("flood"))
    assert len(ran.outcome.tail) == 100
    assert ran.outcome.tail[-1] == "line 99999 of noise"
    assert max(map(len, ran.outcome.tail)) <= 500


async def test_garbage_on_every_pipe_is_survived() -> None:
    with pytest.raises(ChildFailed) as failure:
        await run_child(fake("garbage"), capture=2_000_000)
    assert failure.value.returncode == 3
    assert failure.value.tail[-1] == "the end"
    assert all(line.isprintable() for line in failure.value.tail)


async def test_more_output_than_expected_ends_the_child() -> None:
    with pytest.raises(MediaFailure, match="more than the 1000 bytes"):
        await run_child(fake("garbage"), capture=1000)


async def test_a_sink_that_fails_ends_the_child_and_is_heard() -> None:
    def broken(_: bytes) -> None:
        raise ValueError("the sink is broken")

    command = Command("hang", (sys.executable, SCRIPT, "hang"), outputs={STDOUT: broken})
    with pytest.raises(ValueError, match="sink is broken"):
        await run_child(command)


async def test_secrets_in_stderr_are_masked() -> None:
    lines = [
        "rtmp://user:hunter2@host/live",
        "rtmp://host/live/streamkey-hunter2",
        "https://host/a.m3u8?token=hunter2",
        "srt://host:9000?streamid=hunter2&passphrase=hunter2",
        "Authorization: Bearer hunter2",
        "password=hunter2",
    ]
    with pytest.raises(ChildFailed) as failure:
        await run_child(fake("secrets", *lines))
    assert len(failure.value.tail) == len(lines)
    assert "hunter2" not in "".join(failure.value.tail) + failure.value.message
    assert "rtmp://" in failure.value.tail[0]


async def test_grandchildren_go_with_the_child_that_left_them() -> None:
    lines = Lines()
    child = await Child.start(fake("family", lines=lines))
    outcome = await asyncio.wait_for(child.wait(), PATIENCE)
    assert outcome.ok
    grandchild = int((await lines.first).split()[1])
    await until(lambda: not alive(grandchild))


async def test_stopping_a_child_ends_its_whole_group() -> None:
    child, line = await started("family", "stay", grace=0.2)
    await child.stop()
    await until(lambda: not alive(int(line.split()[1])))
    assert not child.running


async def test_a_cancelled_owner_leaves_no_child() -> None:
    lines = Lines()
    pids: list[int] = []

    async def own() -> None:
        async with await Child.start(fake("deaf", lines=lines, grace=0.1)) as child:
            pids.append(child.pid)
            await child.wait()

    owner = asyncio.create_task(own())
    await asyncio.wait_for(lines.first, PATIENCE)
    owner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await owner
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)  # reaped, not only dead


async def test_a_child_whose_start_is_cancelled_does_not_live_on() -> None:
    before = set(_children())
    for steps in range(6):
        owner = asyncio.create_task(run_child(fake("hang", grace=0.1)))
        for _ in range(steps):
            await asyncio.sleep(0)
        owner.cancel()
        with pytest.raises(asyncio.CancelledError):
            await owner
    await until(lambda: not set(_children()) - before)


def test_the_end_of_the_event_loop_ends_forgotten_children() -> None:
    async def forget() -> int:
        child, _ = await started("deaf")
        return child.pid

    pid = asyncio.run(forget())
    assert not alive(pid)


def test_the_kit_works_under_uvloop() -> None:
    async def main() -> bytes:
        child, _ = await started("deaf", grace=0.1)
        await child.stop()
        return (await run_child(Command("echo", ("echo", "loop")), capture=10)).stdout

    assert uvloop.run(main()) == b"loop\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the parent-death signal is Linux's")
@pytest.mark.parametrize("what", ["hang", "deaf"])
async def test_killing_the_parent_with_9_leaves_no_child(what: str) -> None:
    root = str(Path(__file__).parents[2])
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(FAKES / "doomed_parent.py"), SCRIPT, what,
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert parent.stdout is not None
    child = int(await asyncio.wait_for(parent.stdout.readline(), PATIENCE))
    assert alive(child)
    parent.kill()
    await parent.wait()
    await until(lambda: not alive(child))


async def test_memory_beyond_the_limit_is_refused_to_the_child() -> None:
    with pytest.raises(ChildFailed) as failure:
        await run_child(fake("eats", "100", limits=Limits(address_space=300_000_000)))
    assert "MemoryError" in failure.value.tail[-1]


async def test_a_file_beyond_the_limit_ends_the_child(tmp_path: Path) -> None:
    target = tmp_path / "big"
    with pytest.raises(ChildFailed):
        await run_child(fake("writes", str(target), limits=Limits(file_size=1_000_000)))
    assert target.stat().st_size <= 1_000_000


async def test_processor_time_beyond_the_limit_ends_the_child() -> None:
    with pytest.raises(ChildFailed, match="processor time"):
        await run_child(fake("spins", limits=Limits(cpu=1)))


async def test_further_pipes_have_the_numbers_they_were_given() -> None:
    got: dict[int, bytes] = {3: b"", 4: b""}

    def keep(number: int) -> Callable[[bytes], None]:
        def sink(chunk: bytes) -> None:
            got[number] += chunk

        return sink

    outputs = {3: keep(3), 4: keep(4)}
    ran = await run_child(Command("pipes", (sys.executable, SCRIPT, "pipes"), outputs=outputs), capture=1000)
    assert got == {3: b"three", 4: b"four"}
    assert ran.stdout.startswith(b"ready [0, 1, 2, 3, 4]")


async def test_children_do_not_see_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOVACAST_SECRET", "hunter2")
    ran = await run_child(fake("environment"), capture=10_000)
    assert b"NOVACAST" not in ran.stdout
    assert b"PATH" in ran.stdout


async def test_many_children_at_once_leave_no_descriptor_behind() -> None:
    await run_child(Command("true", ("true",)))
    before = descriptors()
    await asyncio.gather(*(run_child(Command("echo", ("echo", "x")), capture=10) for _ in range(20)))
    await until(lambda: descriptors() <= before)


def _children() -> list[int]:
    found = []
    for thread in Path("/proc/self/task").iterdir():
        found += [int(pid) for pid in (thread / "children").read_text().split()]
    return found
