"""Mails about memberships, made of facts: of each kind one for a period, with a row written in the transaction that
queued it, so that neither a crash nor a fact that is heard again doubles one."""

from collections.abc import Callable

from novacast.clock import DAY
from novacast.database import Database, Transaction
from novacast.i18n import Languages
from novacast.outbox import Event as Fact
from novacast.payments.memberships import store
from novacast.payments.memberships.models import Kind, State, Subscription
from novacast.payments.memberships.ports import Addressees, Mailer
from novacast.payments.memberships.post import store as post
from novacast.words import date_of, money

KEPT = 400 * DAY
"""Longer than any period."""
_OF_FACTS = {"membership.suspended": "membership_suspended", "membership.trial_ending": "membership_trial_ending"}


class MembershipPost:
    """A durable subscriber of the outbox."""

    def __init__(self, db: Database, mailer: Mailer, people: Addressees, languages: Languages, root: str) -> None:
        """`root`: the public address of the server."""
        self._db, self._mailer, self._people, self._languages, self._root = db, mailer, people, languages, root
        self.told_elsewhere: Callable[[Transaction, str], bool] = lambda tx, subscription_id: False
        """Whether the beginning of a membership stands in another mail: what was bought with it."""

    async def hear(self, fact: Fact) -> None:
        if fact.topic.startswith("membership."):
            await self._db.write(lambda tx: self._of(tx, fact))

    async def sweep(self) -> int:
        return await self._db.write(lambda tx: post.forget(tx, tx.now - KEPT))

    def _of(self, tx: Transaction, fact: Fact) -> None:
        one = tx.one(store.subscription(fact.subject))
        template = None if one is None else _template(tx, one, fact)
        if one is None or template is None or not post.once(tx, f"fact:{fact.seq}", 0):
            return
        if template == "membership_begun" and self.told_elsewhere(tx, one.id):
            return
        if post.once(tx, f"{template}:{one.id}", one.ends_at or 0):
            self._mail(tx, one, template)

    def _mail(self, tx: Transaction, one: Subscription, template: str) -> None:
        """Whoever has no account any more is told nothing."""
        person, tier = self._people.addressee(tx, one.person_id), tx.one(store.tier(one.tier_id))
        if person is None or tier is None:
            return
        language = person.principal.language
        with self._languages.speaking(language):
            last = one.ends_at if template != "membership_unpaid" else (one.ends_at or 0) + one.grace_days * DAY
            context = {
                "name": person.principal.name,
                "title": tier.name,
                "when": "" if last is None else date_of(last),
                "total": money(one.price, one.currency) if one.currency else "",
                "url": f"{self._root}/account/memberships",
            }
        self._mailer.send(
            tx, to=person.email, template=template, language=language, context=context, person_id=one.person_id
        )


def _template(tx: Transaction, one: Subscription, fact: Fact) -> str | None:
    """None: nothing is to be said. What was never begun ends without a word."""
    if fact.topic == "membership.paid":
        paid = [each for each in tx.all(store.charges(one.id)) if each.paid_at is not None]
        return "membership_begun" if len(paid) == 1 and paid[0].id == fact.payload.get("charge") else None
    if fact.topic != "membership.changed" or one.ends_at is None:
        return _OF_FACTS.get(fact.topic)
    match fact.payload.get("state"):
        case State.PAST_DUE if one.state is State.PAST_DUE and one.billed:
            return "membership_unpaid"
        case State.CANCELLED | State.EXPIRED if one.kind is Kind.PAID:
            return "membership_ended"
    return None
