"""What a measurement has of the machine: what is measured goes first on cores of its own, and others are told of."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

AHEAD, BEFORE = -10, -5
"""Nice values of what is measured, and of what feeds and watches it."""
LOOKS = 1.0
"""Seconds from one look at what is taken to the next."""
TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> Iterator[int]:
    """A process, its children, and theirs."""
    children: dict[int, list[int]] = {}
    for one, fields in _processes():
        children.setdefault(int(fields[1]), []).append(one)
    found = [pid]
    for one in found:
        found += children.get(one, [])
    yield from found


def _processes() -> Iterator[tuple[int, list[str]]]:
    """And what is behind the name in their stat: proc_pid_stat(5), from the state on."""
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield int(entry.parent.name), entry.read_text().rpartition(")")[2].split()


def set_apart(pid: int, cores: int) -> None:
    """A process and its children on the first cores, and before all others there; what else this one has started before
    whatever does not belong to the measurement. What they start later is on those cores too, but each encoder leads a
    session, and where Linux groups by session one counts as much as the other, whatever is nice within (sched(7),
    autogroup). So this is to be called again once all runs."""
    there, first = sorted(os.sched_getaffinity(0)), set(family(pid))
    own = set(there[:cores]) if len(there) > cores else set(there)
    for one in family(os.getpid()):
        with suppress(OSError):  # it has ended, or this is not root
            for task in Path(f"/proc/{one}/task").iterdir() if one in first else ():
                os.sched_setaffinity(int(task.name), own)
                os.setpriority(os.PRIO_PROCESS, int(task.name), AHEAD)
            Path(f"/proc/{one}/autogroup").write_text(str(AHEAD if one in first else BEFORE))


@dataclass(frozen=True, slots=True)
class Look:
    """Seconds of processor time since the machine was started."""

    busy: float
    stolen: float
    """By other machines on the same processors."""
    own: Mapping[int, float]
    """Of this process and its children, as far as they live."""

    def others(self, before: "Look") -> float:
        """Seconds that others took since."""
        own = sum(taken - before.own.get(pid, 0.0) for pid, taken in self.own.items())
        return max(0.0, self.busy - before.busy - own)


class Others:
    """What others take of the processors, from its making until `told`."""

    def __init__(self) -> None:
        self.looks = [look()]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(LOOKS):
            self.looks.append(look())

    def told(self) -> str:
        self._over.set()
        self._thread.join()
        pairs = list(zip(self.looks, self.looks[1:], strict=False)) or [(self.looks[0], self.looks[0])]
        others = [after.others(before) / LOOKS for before, after in pairs]
        stolen = [(after.stolen - before.stolen) / LOOKS for before, after in pairs]
        mean, most = sum(others) / len(others), max(others)
        return f"others took {mean:.0%} of a core, {most:.0%} in a second at most; stolen {max(stolen):.0%} at most"


def look() -> Look:
    user, nice, system, _, _, irq, soft, stolen, *_ = map(
        int, Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    )
    known = dict(_processes())
    own = {one: (int(known[one][11]) + int(known[one][12])) / TICKS for one in family(os.getpid()) if one in known}
    return Look((user + nice + system + irq + soft) / TICKS, stolen / TICKS, own)
