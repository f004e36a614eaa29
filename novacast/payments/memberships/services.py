"""The room put together."""

from collections.abc import Sequence

from novacast.database import Database
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.service import Ledger
from novacast.payments.memberships.billed.acting import Acting
from novacast.payments.memberships.billed.news import MembershipNews
from novacast.payments.memberships.billed.reminding import Reminding
from novacast.payments.memberships.billed.service import Billed
from novacast.payments.memberships.billed.settling import Desk
from novacast.payments.memberships.booking import Booking
from novacast.payments.memberships.bundled import Bundled
from novacast.payments.memberships.earning.service import Earning
from novacast.payments.memberships.endings import Endings
from novacast.payments.memberships.entitlement import Entitlement
from novacast.payments.memberships.evidence.service import Evidence
from novacast.payments.memberships.houses import Houses
from novacast.payments.memberships.papers import Papers
from novacast.payments.memberships.personal import MembershipData
from novacast.payments.memberships.plans import Plans
from novacast.payments.memberships.ports import Addressees, Biller, Collector, People, Sandbox, Zones
from novacast.payments.memberships.refunds.service import Refunds
from novacast.payments.memberships.service import Memberships
from novacast.payments.memberships.trials.service import Trials
from novacast.payments.memberships.wanting import PlansWanted
from novacast.records import dataclass
from novacast.security.keys import instance_of
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class MembershipServices:
    plans: Plans
    houses: Houses
    """To be told what changes, and asked whether pages lead there."""
    memberships: Memberships
    billed: Billed
    acting: Acting
    refunds: Refunds
    papers: Papers
    news: MembershipNews
    """To be told of whatever those who move money tell."""
    earning: Earning
    reminding: Reminding
    entitlement: Entitlement
    endings: Endings
    """To be subscribed to the facts, durably."""
    personal: MembershipData
    wanted: PlansWanted
    """For carts."""
    bundled: Bundled
    """What begins with a purchase of the box office."""
    trials: Trials
    evidence: Evidence

    async def begin(self) -> None:
        await self.houses.look()

    async def sweep(self) -> None:
        """What is over ends or is renewed, what has no answer is asked for, what came too late goes back."""
        await self.memberships.sweep()
        await self.billed.sweep()
        await self.refunds.sweep()
        await self.reminding.sweep()
        await self.earning.sweep()
        await self.trials.sweep()


def membership_services(
    db: Database,
    settings: Settings,
    people: People,
    addressees: Addressees,
    zones: Zones,
    invoices: Invoices,
    key: bytes,
    evidence: Evidence,
    outside: Sequence[Biller] = (),
) -> MembershipServices:
    """`key`: 32 secret bytes of this installation. `outside`: those who count periods and move money."""
    mode = settings.tickets.mode
    collectors: Sequence[Collector] = [Sandbox()] if mode == "test" else []
    # Test and live never mix.
    billers = [one for one in outside if one.live == (mode == "live")]
    booking = Booking(Ledger(), invoices, addressees, zones, test=mode == "test")
    trials = Trials(db, addressees, key)
    desk = Desk(booking, trials, mode, instance_of(key))
    billed = Billed(db, billers, desk, addressees, settings.public_url)
    acting = Acting(db, billed, trials)
    refunds = Refunds(db, billers, desk)
    memberships, news = (
        Memberships(db, collectors, people, booking, acting, trials),
        MembershipNews(db, billed, refunds, desk),
    )
    return MembershipServices(
        plans=Plans(db),
        houses=Houses(db),
        memberships=memberships,
        billed=billed,
        acting=acting,
        refunds=refunds,
        papers=Papers(db, invoices, booking),
        news=news,
        earning=Earning(db, booking),
        reminding=Reminding(db),
        entitlement=Entitlement(db),
        endings=Endings(db),
        personal=MembershipData(db),
        wanted=PlansWanted(db, trials),
        bundled=Bundled(db, memberships, acting, billed, booking, news, trials),
        trials=trials,
        evidence=evidence,
    )
