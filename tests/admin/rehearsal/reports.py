"""Reports of rehearsals, as their tests make them up."""

from dataclasses import replace

from novacast_admin.rehearsal.models import (
    Chatting,
    Disk,
    Interface,
    Letters,
    Machine,
    Part,
    Plan,
    Report,
    Rung,
    Selling,
    Stage,
    Step,
    Talk,
    Watching,
)

PLAN = Plan(frozenset(Part), 60.0, (360, 720), "low", "auto", 8000, 200, 1_000_000_000)
MACHINE = Machine(4, 8 * 10**9, 6 * 10**9, 21_000, 20_000, [Interface("eth0", 1_000_000_000)], 0.0)
STAGE = Stage(
    source="1280x720, 30 a second",
    wanted=["720p", "360p"],
    made=[Rung("720p", 3_000_000), Rung("360p", 1_000_000)],
    behind=0.2,
    headroom=0.95,
    encoder=0.8,
    server=0.05,
    publisher=0.02,
    others=0.0,
    written=400_000.0,
    memory=100_000_000,
)


def step(viewers: int, server: float, rung: str = "", **more: float) -> Step:
    plain = Step(
        viewers=viewers,
        parts=viewers * 6,
        p50=0.02,
        p99=0.1,
        late=0.0,
        stalls=0.0,
        refused=0,
        words="",
        server=server,
        encoder=0.8,
        crowd=0.2,
        machine=1.6,
        behind=0.1,
        memory=130_000_000,
        bits=2_000_000.0,
        rung=rung,
    )
    return replace(plain, **more)  # type: ignore[arg-type]  # figures all


def report(**more: object) -> Report:
    """Of a machine that is good enough for a small house."""
    whole = Report(
        plan=PLAN,
        machine=MACHINE,
        seconds=61.0,
        stage=STAGE,
        watching=Watching(1 / 3, [step(25, 0.06), step(300, 0.2)], [step(150, 0.13, "720p"), step(150, 0.11, "360p")]),
        chatting=Chatting([Talk(200, 50, 1.0, 0.1, 0.3, 0.2, 1.8)], 30),
        selling=Selling(400.0, 0.2, 120.0, 0.6, 0, "", 0.95, 0.4, 2.6),
        letters=Letters(500, 500, 200.0, 500),
        disk=Disk("/srv", 200e6, 0.001, 500 * 10**9, 101 * 10**9, 10**9, True),
    )
    return replace(whole, **more)  # type: ignore[arg-type]  # fields of it
