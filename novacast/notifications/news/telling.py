"""Telling one person of one thing: by the ways that they want, once, in the transaction that writes down that they were
told."""

from novacast import outbox
from novacast.database import Transaction
from novacast.i18n import Languages
from novacast.notifications.choices import store as choices
from novacast.notifications.kinds import Kind, Way, reader_of
from novacast.notifications.news import store
from novacast.notifications.news.models import BOUNDED, TEMPLATES, News, context, message, words
from novacast.notifications.news.ports import Addressee, Mailer
from novacast.notifications.push.service import Pushes
from novacast.records import dataclass

_OUTSIDE = frozenset({Way.MAIL, Way.PUSH})


@dataclass(frozen=True, slots=True)
class To:
    """Who is told: a person, or an address without an account. `url`: where their mail's button leads; empty: where the
    news is."""

    person: Addressee | None
    email: str = ""
    language: str = ""
    url: str = ""

    @property
    def person_id(self) -> str | None:
        return None if self.person is None else self.person.principal.person_id

    @property
    def address(self) -> str:
        return self.email if self.person is None else self.person.email

    @property
    def speaks(self) -> str:
        return self.language if self.person is None else self.person.principal.language


class Teller:
    def __init__(self, mailer: Mailer, pushes: Pushes, languages: Languages, root: str, daily: int) -> None:
        """`root`: the public address of the server. `daily`: mails and pushes of bounded kinds in a day."""
        self._mailer, self._pushes, self._languages = mailer, pushes, languages
        self._root, self._daily = root, daily

    def tell(self, tx: Transaction, to: To, kind: Kind, key: str, news: News) -> frozenset[Way]:
        """The ways by which they are told; none where they were before, or want none. Whoever calls it wakes those that
        send (`wake`), once for many."""
        reader = reader_of(to.person_id, to.address)
        ways = self._ways(tx, to, reader, kind)
        if not ways:
            return ways
        made = store.add(tx, reader, key, kind, news, shown=Way.PAGE in ways, sent=bool(ways & _OUTSIDE))
        if made is None:
            return frozenset()
        with self._languages.speaking(to.speaks) as language:
            if Way.MAIL in ways:
                self._mail(tx, to, kind, news)
            if Way.PUSH in ways and to.person_id is not None:
                self._pushes.tell(tx, to.person_id, message(kind, key, news, tx.now), language)
            if Way.PAGE in ways and to.person_id is not None:
                title, body = words(kind, news)
                audience = outbox.person(to.person_id)
                outbox.mention(tx, "notice.told", made, audience, title=title, body=body, path=news.path)
        return ways

    def wake(self, tx: Transaction, ways: frozenset[Way]) -> None:
        if Way.MAIL in ways:
            self._mailer.wake(tx)
        if Way.PUSH in ways:
            self._pushes.wake(tx)

    def _ways(self, tx: Transaction, to: To, reader: str, kind: Kind) -> frozenset[Way]:
        ways = choices.wanted(tx, reader, kind)
        if to.person is None:
            ways &= {Way.MAIL}
        if ways & _OUTSIDE and kind in BOUNDED:
            lately = tx.one(store.sent_lately(reader, tx.now, BOUNDED)) or 0
            ways -= _OUTSIDE if lately >= self._daily else frozenset()
        return ways

    def _mail(self, tx: Transaction, to: To, kind: Kind, news: News) -> None:
        self._mailer.send(
            tx,
            to=to.address,
            template=TEMPLATES[kind],
            language=to.speaks,
            context=context(news, to.url or f"{self._root}{news.path}", self._root),
            person_id=to.person_id,
            patient=True,
        )
