"""The slice put together: what wiring hands to routes, pages, jobs, the command line and other slices."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacast.accounts.administration import Administration
from novacast.accounts.operators.proving import Proving
from novacast.accounts.operators.service import Operators
from novacast.accounts.organizations.invitations import Invitations
from novacast.accounts.organizations.service import Organizations
from novacast.accounts.people.service import Links, People
from novacast.accounts.ports import Mailer, PersonalData
from novacast.accounts.privacy.service import Privacy
from novacast.accounts.rates import Gates
from novacast.accounts.registration.service import Registration
from novacast.accounts.second_factor.service import SecondFactor
from novacast.accounts.sessions.authenticator import SessionAuthenticator
from novacast.accounts.sessions.service import Sessions
from novacast.accounts.sessions.tokens import Tokens
from novacast.accounts.sweep import Expiry
from novacast.clock import Clock
from novacast.database import Database
from novacast.limits import RateLimiter
from novacast.security.jwt import AccessTokens
from novacast.security.keys import Signer
from novacast.security.passwords import Passwords
from novacast.security.seal import Seal
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class AccountServices:
    """`passwords` has threads: close it when done."""

    passwords: Passwords
    registration: Registration
    people: People
    second_factor: SecondFactor
    tokens: Tokens
    sessions: Sessions
    authenticator: SessionAuthenticator
    organizations: Organizations
    invitations: Invitations
    privacy: Privacy
    administration: Administration
    operators: Operators
    proving: Proving
    sweep: Expiry

    def close(self) -> None:
        self.passwords.close()


def account_services(
    db: Database,
    clock: Clock,
    settings: Settings,
    limiter: RateLimiter,
    mailer: Mailer,
    key: bytes,
    others: Sequence[PersonalData] = (),
) -> AccountServices:
    """`key`: 32 secret bytes of this installation; every use of it is bound to a purpose of its own."""
    own, links, gates = settings.accounts, Links(settings.public_url), Gates(limiter, settings.accounts)
    passwords = Passwords(own.argon2_memory_kib, own.argon2_iterations)
    access = AccessTokens(key, settings.public_url)
    registration = Registration(db, clock, passwords, gates, mailer, links, is_open=own.sign_up)
    people = People(db, clock, passwords, gates, mailer, links)
    second_factor = SecondFactor(db, clock, people, gates, Seal(key, "one-time codes"), links, settings.instance)
    tokens = Tokens(db, clock, people, gates, access, access_minutes=own.access_minutes, refresh_days=own.refresh_days)
    signer = Signer(key, "second factor")
    return AccountServices(
        passwords=passwords,
        registration=registration,
        people=people,
        second_factor=second_factor,
        tokens=tokens,
        sessions=Sessions(db, clock, passwords, gates, second_factor, tokens, signer, session_days=own.session_days),
        authenticator=SessionAuthenticator(db, clock, access, session_days=own.session_days),
        organizations=Organizations(db, clock),
        invitations=Invitations(db, clock, registration, gates, mailer, links, days=own.invitation_days),
        privacy=Privacy(db, clock, people, others),
        administration=Administration(db, people, registration, passwords),
        operators=Operators(db, people),
        proving=Proving(db, people, second_factor, gates),
        sweep=Expiry(db, refresh_days=own.refresh_days),
    )
