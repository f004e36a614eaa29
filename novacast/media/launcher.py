"""The moment between fork and exec, in a process of its own: `python -I -S launcher.py PLAN ARGV...`.

`preexec_fn` runs Python between fork and exec of a process with threads, which can deadlock; this script does
the same work after an exec, when the process has one thread, and then becomes the program. PLAN is JSON:
parent (pid), limits (RLIMIT name -> value), nice, fds (number here -> number for the program).
Only the standard library: it runs isolated, without site-packages.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal this process gets when the thread that started it ends; survives execve(2)."""

PR_SET_NO_NEW_PRIVS = 38
"""prctl(2): from here on no program gets more by being setuid or by capabilities of its file."""

PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
"""prctl(2): ambient capabilities are those that survive execve(2) of an ordinary program."""

CAPABILITY_VERSION_3 = 0x20080522
"""capget(2): each set is two words of 32 bits."""

CPU_GRACE = 5
"""Seconds between SIGXCPU, which FFmpeg takes as a TERM, and the kernel's KILL."""


def die_with_parent(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the call above could have told us
        os._exit(1)


def renounce() -> None:
    """What the service manager gave the server, such as ports below 1024, is nothing to a program that reads
    strangers' files. Without ambient and inheritable capabilities execve(2) leaves an ordinary user none."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    nothing = [ctypes.c_ulong(0)] * 3
    libc.prctl(PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), *nothing)
    libc.prctl(PR_CAP_AMBIENT, ctypes.c_ulong(PR_CAP_AMBIENT_CLEAR_ALL), *nothing)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; and once more for the upper halves
    if libc.capget(header, sets) == 0:
        sets[2] = sets[5] = 0
        libc.capset(header, sets)


def stand_back(nice: int) -> None:
    """Where Linux groups processes by session, nice counts only within one, and each child leads one of its own: the
    group has a niceness too (sched(7), autogroup)."""
    os.nice(nice)
    with contextlib.suppress(OSError):  # a system without, or one that allows none
        group = os.open("/proc/self/autogroup", os.O_WRONLY)
        try:
            os.write(group, str(nice).encode())
        finally:
            os.close(group)


def limit(limits: dict[str, int]) -> None:
    for name, value in limits.items():
        kind = int(getattr(resource, name))
        _, ceiling = resource.getrlimit(kind)
        hard = value + CPU_GRACE if name == "RLIMIT_CPU" else value
        if ceiling != resource.RLIM_INFINITY:
            value, hard = min(value, ceiling), min(hard, ceiling)
        resource.setrlimit(kind, (value, hard))


def place(fds: dict[int, int]) -> None:
    """Move each descriptor to the number the program knows it by. All are lifted first: numbers may overlap."""
    lifted = {}
    for here, there in fds.items():
        lifted[there] = fcntl.fcntl(here, fcntl.F_DUPFD_CLOEXEC, 64)
        os.close(here)
    for there, high in lifted.items():
        os.dup2(high, there, inheritable=True)


def main() -> None:
    plan, argv = json.loads(sys.argv[1]), sys.argv[2:]
    die_with_parent(plan["parent"])
    renounce()
    place({int(here): there for here, there in plan["fds"].items()})
    if plan["nice"]:
        stand_back(plan["nice"])
    for ignored_by_python in (signal.SIGPIPE, signal.SIGXFSZ):  # ignored signals stay ignored over exec
        signal.signal(ignored_by_python, signal.SIG_DFL)
    limit(plan["limits"])
    try:
        os.execvp(argv[0], argv)  # noqa: S606  no shell is wanted
    except OSError as error:
        os.write(2, f"can't start {argv[0]}: {error.strerror}\n".encode(errors="replace"))
        os._exit(127)


if __name__ == "__main__":
    main()
