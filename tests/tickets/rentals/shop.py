"""A box office that sells videos, with films that are only told of."""

from dataclasses import dataclass, field
from pathlib import Path

from novacast import outbox
from novacast.database import Transaction
from novacast.errors import NotFound
from novacast.identity import Principal
from novacast.payments.ledger.service import Ledger
from novacast.tickets.orders.models import Method, Receipt
from novacast.tickets.rentals.models import OfferKind, Price, Terms
from novacast.tickets.rentals.ports import Membership
from novacast.tickets.rentals.rights import Rights, WithRights
from novacast.tickets.rentals.services import RentalServices, rental_services
from tests.tickets.box import ADA, ADA_AS_BUYER, ORG, OWNER, Box

FILM, TRAILER, FOREIGN = "film1", "trailer1", "foreign1"
TERMS = Terms("EUR", Price(1200, 2000), Price(450, 2000, hours=48, days=30))
PERSON = """INSERT INTO people (id, email, email_key, name, language, password,
created_at, updated_at)
VALUES ('{name}', '{name}@example.org', '{name}@example.org', '{name}', 'en', '!', 1, 1)"""


def run(sql: str, tx: Transaction) -> int:
    return tx.run(sql)


@dataclass(frozen=True, slots=True)
class Advertised:
    media_id: str
    org_id: str = ORG
    title: str = "The Seagull"
    description: str = "A film of the play."
    duration: int | None = 5_400_000_000
    poster: Path | None = None


@dataclass
class Films:
    """`seen`: those that everybody sees."""

    films: dict[str, Advertised] = field(
        default_factory=lambda: {one: Advertised(one) for one in (FILM, TRAILER)} | {FOREIGN: Advertised(FOREIGN, "o2")}
    )
    seen: set[str] = field(default_factory=lambda: {TRAILER, FOREIGN})

    async def film(self, principal: Principal, media_id: str) -> Advertised:
        found = self.films.get(media_id)
        if found is None or not (principal.system or media_id in self.seen):
            raise NotFound("There is no such video.")
        return found


@dataclass
class NoMemberships:
    async def opening(self, org_id: str, media_id: str) -> list[Membership]:
        return []


@dataclass
class Shop:
    box: Box
    own: RentalServices
    films: Films

    @property
    def rights(self) -> Rights:
        return self.own.rights

    @property
    def passes(self) -> WithRights:
        return WithRights(self.box.own.passes, self.own.rights)

    async def offer(self, kind: OfferKind) -> str:
        sold = await self.own.sales.sold(FILM)
        assert sold is not None
        return next(one.id for one in sold.offers if one.kind is kind)

    async def order(self, kind: OfferKind, who: Principal = ADA, method: Method = Method.SANDBOX) -> Receipt:
        return await self.own.sales.order(who, FILM, await self.offer(kind), ADA_AS_BUYER, method)

    async def bought(self, kind: OfferKind, who: Principal = ADA) -> Receipt:
        return await self.box.decide(await self.order(kind, who))

    async def opens(self, who: Principal = ADA) -> bool:
        return await self.passes.opens(who, FILM) == {ORG}

    async def play(self, who: Principal = ADA) -> None:
        person_id = who.person_id
        assert person_id is not None
        await self.box.db.write(lambda tx: self.passes.begun(tx, person_id, FILM))

    async def delete(self) -> None:
        """As videos tell of it."""
        self.films.films.pop(FILM, None)

        await self.box.db.write(lambda tx: outbox.emit(tx, "video.deleted", FILM, outbox.org(ORG)))
        await self.hear()

    async def hear(self) -> None:
        """All facts, once more."""
        for fact in await self.box.db.all(outbox.after(0, 10_000)):
            await self.own.withdrawing.hear(fact)


async def open_shop(box: Box, terms: Terms = TERMS) -> Shop:
    films = Films()
    own = rental_services(box.db, box.own, Ledger(), films, NoMemberships())
    await own.sales.decide(OWNER, FILM, terms)
    return Shop(box, own, films)
