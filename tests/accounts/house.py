"""A house with accounts in it: real database, real hashing (with the cheapest parameters), mails caught at the port."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from novacast import outbox
from novacast.accounts.services import AccountServices
from novacast.accounts.sessions.models import Kind, Origin, SignedIn
from novacast.database import Database, Transaction
from novacast.identity import SYSTEM, Principal
from novacast.limits import RateLimiter
from novacast.outbox import Event
from tests.fakes.clock import FakeClock

PASSWORD = "seven wooden trumpets"
ORIGIN = Origin("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")


@dataclass(frozen=True)
class Presented:
    session: str | None = None
    bearer: str | None = None
    address: str = ORIGIN.address
    user_agent: str = ORIGIN.user_agent


@dataclass(frozen=True)
class Letter:
    to: str
    template: str
    context: Mapping[str, str]
    person_id: str | None

    @property
    def token(self) -> str:
        found = re.search(r"token=([\w-]+)", self.context["url"])
        assert found is not None
        return found[1]


@dataclass
class Letterbox:
    """Stands at the Mailer port; a mail is in it once its transaction is on disk."""

    letters: list[Letter] = field(default_factory=list)

    def send(
        self,
        tx: Transaction,
        *,
        to: str,
        template: str,
        language: str,
        context: Mapping[str, str],
        person_id: str | None = None,
    ) -> None:
        tx.after_commit(lambda: self.letters.append(Letter(to, template, dict(context), person_id)))

    def last(self, template: str) -> Letter:
        return next(letter for letter in reversed(self.letters) if letter.template == template)

    def count(self, template: str) -> int:
        return sum(letter.template == template for letter in self.letters)


@dataclass
class House:
    db: Database
    clock: FakeClock
    limiter: RateLimiter
    letterbox: Letterbox
    own: AccountServices

    async def person(self, email: str = "ada@example.org", name: str = "Ada", password: str = PASSWORD) -> Principal:
        """Someone with an account, signed in with a browser."""
        await self.own.administration.create_person(SYSTEM, email, name, password)
        return await self.sign_in(email, password)

    async def sign_in(self, email: str = "ada@example.org", password: str = PASSWORD) -> Principal:
        return await self.principal(await self.open(email, password))

    async def open(
        self,
        email: str = "ada@example.org",
        password: str = PASSWORD,
        kind: Kind = Kind.BROWSER,
        origin: Origin = ORIGIN,
    ) -> SignedIn:
        signed_in = await self.own.sessions.sign_in(kind, email, password, origin)
        assert isinstance(signed_in, SignedIn)
        return signed_in

    async def principal(self, signed_in: SignedIn) -> Principal:
        bearer = signed_in.tokens.access if signed_in.tokens else None
        return await self.own.authenticator.authenticate(Presented(signed_in.secret, bearer))

    async def again(self, principal: Principal) -> Principal:
        """The same session with today's roles."""
        assert principal.session_id is not None
        found = await self.own.sessions.principal_of(principal.session_id)
        assert found is not None
        return found

    async def facts(self, topic: str) -> list[Event]:
        return [event for event in await self.db.all(outbox.after(0, 10_000)) if event.topic == topic]
