"""A child that misbehaves as told: `child_script.py WHAT [ARGS]`. Says `ready` on stdout once it does."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def ready(*words: object) -> None:
    print("ready", *words, flush=True)


def sleep() -> None:
    while True:
        time.sleep(60)


def deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    ready()
    sleep()


def polite() -> None:
    """As FFmpeg does: takes a TERM as the end of its work and exits 255."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(255))
    ready()
    sleep()


def hang() -> None:
    ready()
    sleep()


def flood() -> None:
    """100 MB of stderr in one line without end, then many lines."""
    for _ in range(50):
        os.write(2, b"x" * 1_000_000)
    os.write(2, b"\n")
    for number in range(100_000):
        os.write(2, b"line %d of noise\n" % number)


def garbage() -> None:
    for _ in range(20):
        block = os.urandom(50_000)
        os.write(1, block)
        os.write(2, block)
    os.write(2, b"\nthe end\n")
    sys.exit(3)


def secrets() -> None:
    for line in sys.argv[2:]:
        print(line, file=sys.stderr)
    sys.exit(1)


def family() -> None:
    """Leaves a grandchild, deaf to TERM, which holds every pipe, and ends well."""
    grandchild = subprocess.Popen([sys.executable, __file__, "deaf"], stdout=subprocess.PIPE)
    assert grandchild.stdout is not None
    grandchild.stdout.readline()
    ready(grandchild.pid)
    if sys.argv[2:] == ["stay"]:
        sleep()
    os._exit(0)


def counts() -> None:
    """One line each hundredth of a second."""
    number = 0
    while True:
        ready(number)
        number += 1
        time.sleep(0.01)


def eats() -> None:
    hoard = [bytearray(10_000_000) for _ in range(int(sys.argv[2]))]
    ready(len(hoard))


def writes() -> None:
    with Path(sys.argv[2]).open("wb") as file:
        for _ in range(100):
            file.write(b"x" * 100_000)
            file.flush()


def spins() -> None:
    while True:
        pass


def pipes() -> None:
    os.write(3, b"three")
    os.write(4, b"four")
    ready(sorted(int(entry.name) for entry in Path("/proc/self/fd").iterdir())[:5])


def environment() -> None:
    ready(sorted(os.environ))


if __name__ == "__main__":
    globals()[sys.argv[1]]()
