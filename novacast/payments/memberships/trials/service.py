"""Whether there is a trial, and that there was one. An account, an address and a card have one of a circle each."""

from collections.abc import Mapping

from novacast.clock import DAY
from novacast.database import Database, Transaction
from novacast.payments.memberships import store as subscriptions
from novacast.payments.memberships.models import Plan, Subscription, Tier
from novacast.payments.memberships.ports import Addressees
from novacast.payments.memberships.trials import store
from novacast.payments.memberships.trials.models import Why, mailbox
from novacast.security.keys import Mac

KEPT = 730 * DAY
"""For which a trial is known by its address and its card."""


class Trials:
    def __init__(self, db: Database, people: Addressees, key: bytes) -> None:
        """`key`: 32 secret bytes of this installation."""
        self._db, self._people, self._mac = db, people, Mac(key)

    def days(self, tx: Transaction, plan: Plan, tier: Tier, person_id: str) -> tuple[int, Why | None]:
        """How many cost nothing, and why none does where the plan has some."""
        if not plan.trial_days:
            return 0, None
        if tx.one(subscriptions.had(person_id, tier.org_id, tier.circle)):
            return 0, Why.HAD
        for kind, mark in self._marks(tx, person_id, None).items():
            if tx.one(store.taken(tier.org_id, tier.circle, kind, mark)) is not None:
                return 0, kind
        return plan.trial_days, None

    def begin(self, tx: Transaction, one: Subscription, card: str | None = None) -> Why | None:
        """It is had from now on, unless there is a reason against it. `card`: as its provider tells cards apart."""
        marks = self._marks(tx, one.person_id, card)
        for kind, mark in marks.items():
            if tx.one(store.taken(one.org_id, one.circle, kind, mark)) not in (None, one.id):
                return kind
        for kind, mark in marks.items():
            store.add(tx, one.org_id, one.circle, kind, mark, one.id)
        return None

    async def sweep(self) -> None:
        before = self._db.clock.now() - KEPT
        await self._db.write(lambda tx: store.prune(tx, before))

    def _marks(self, tx: Transaction, person_id: str, card: str | None) -> Mapping[Why, bytes]:
        person = self._people.addressee(tx, person_id)
        known = {Why.EMAIL: mailbox(person.email) if person is not None and person.email else "", Why.CARD: card or ""}
        named = {kind: f"membership.trial:{kind}:{value}" for kind, value in known.items() if value}
        return {kind: self._mac.digest(name.encode()) for kind, name in named.items()}
