"""What an evening is beside its picture: people who talk, people who buy, and letters about what was sold."""

from collections.abc import Callable, Sequence

from novacast.folder import DataFolder
from novacast_admin.client import Client, Place
from novacast_admin.rehearsal.climbing import Climb
from novacast_admin.rehearsal.extras import Extras
from novacast_admin.rehearsal.machine import Meter
from novacast_admin.rehearsal.models import Chatting, Letters, Selling, Talk

TALK_SECONDS, TALK_WITHIN = 1.5, 30.0
FIRST_RATE, MOST_RATE = 8, 2000
"""Messages a second."""
COMES_WITHIN = 60.0
BUYERS = 50
SHARE_OF_HOLDS = 0.45
"""Of the time of the sale that baskets alone get; whole orders get the rest."""
STORM_WITHIN = 30.0
EVER = "2026-01-01T00:00:00Z"

Told = Callable[[str], None]


async def talked(
    crowd: Extras, meter: Meter, tokens: Sequence[str], people: int, shown: int, seconds: float, tell: Told
) -> Chatting:
    """Messages are said faster and faster to `people`, each of whom gets all of them."""
    end = meter.look().at + seconds
    await crowd.ask("come", COMES_WITHIN, people=people, tokens=list(tokens))
    climb, talks = Climb(FIRST_RATE, MOST_RATE), list[Talk]()
    while (rate := climb.next()) is not None:
        if talks and meter.look().at + TALK_SECONDS > end:
            break
        tell(f"{rate} messages a second to {people} people")
        before = meter.look()
        told = await crowd.ask("talk", TALK_WITHIN, rate=rate, seconds=TALK_SECONDS)
        taken = meter.since(before)
        cpu = float(told["cpu"])
        talks.append(Talk(people, rate, float(told["heard"]), float(told["p95"]), taken.server, cpu, taken.machine))
        climb.note(rate, max(taken.server, cpu), good=talks[-1].good)
    return Chatting(talks, shown)


async def sold(crowd: Extras, meter: Meter, seconds: float, tell: Told) -> tuple[Selling, int]:
    """And how many orders were paid."""
    before = meter.look()
    tell(f"{BUYERS} buyers take baskets")
    holds = await crowd.ask("hold", STORM_WITHIN, buyers=BUYERS, seconds=seconds * SHARE_OF_HOLDS)
    taken = meter.since(before)
    tell(f"{BUYERS} buyers buy")
    sales = await crowd.ask("buy", STORM_WITHIN, buyers=BUYERS, seconds=seconds * (1 - SHARE_OF_HOLDS))
    found = Selling(
        holds=float(holds["rate"]),
        holds_p95=float(holds["p95"]),
        sales=float(sales["rate"]),
        sales_p95=float(sales["p95"]),
        refused=int(holds["refused"]) + int(sales["refused"]),
        words=str(sales["words"] or holds["words"]),
        server=taken.server,
        crowd=float(holds["cpu"]),
        machine=taken.machine,
    )
    return found, int(sales["count"])


async def delivered(mailbox: Extras, folder: DataFolder, webhook: str, expected: int, seconds: float) -> Letters:
    """What becomes of the letters about so many orders, looked at for at most so long after the last sale; then all are
    sent again at once."""
    told = await mailbox.ask("count", seconds + 10.0, wanted=expected, seconds=seconds)
    arrived = int(told["count"])
    if not arrived:
        return Letters(expected, 0, 0.0, 0)
    async with Client(Place.local(folder.root)) as client:
        await mailbox.ask("anew", 10.0)
        sent = await client.send("POST", f"/api/v1/webhooks/{webhook}/replay", {"since": EVER, "delivered": True})
    again = int(sent["deliveries"])
    told = await mailbox.ask("count", seconds + 10.0, wanted=again, seconds=seconds)
    span = float(told["span"])
    return Letters(expected, arrived, int(told["count"]) / span if span > 0 else 0.0, again)
