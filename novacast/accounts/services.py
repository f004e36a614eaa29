"""The slice put together: what wiring hands to routes, pages, jobs, the command line and other slices."""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from novacast.accounts.administration import Administration
from novacast.accounts.imports.service import PeopleTaking
from novacast.accounts.imports.undoing import PeopleUndoing
from novacast.accounts.oidc.provider import Provider
from novacast.accounts.oidc.service import BACK, OidcLogIn
from novacast.accounts.operators.proving import Proving
from novacast.accounts.operators.service import Operators
from novacast.accounts.organizations.invitations import Invitations
from novacast.accounts.organizations.service import Organizations
from novacast.accounts.passkeys.challenges import Challenges
from novacast.accounts.passkeys.entering import PasskeyEntry
from novacast.accounts.passkeys.service import Passkeys
from novacast.accounts.people.service import Links, People
from novacast.accounts.ports import Mailer, Outward, PersonalData
from novacast.accounts.privacy.service import Privacy
from novacast.accounts.proofs.service import Proofs
from novacast.accounts.rates import Gates
from novacast.accounts.registration.service import Registration
from novacast.accounts.scim.groups import ProvisionedGroups
from novacast.accounts.scim.users import ProvisionedUsers
from novacast.accounts.second_factor.service import SecondFactor
from novacast.accounts.sessions.authenticator import SessionAuthenticator
from novacast.accounts.sessions.service import Sessions
from novacast.accounts.sessions.tokens import Tokens
from novacast.accounts.sweep import Expiry
from novacast.clock import Clock
from novacast.database import Database
from novacast.limits import RateLimiter
from novacast.records import dataclass
from novacast.security.addresses import Reach
from novacast.security.jwt import AccessTokens
from novacast.security.keys import Signer
from novacast.security.passkeys import Party
from novacast.security.passwords import Passwords
from novacast.security.seal import Seal
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class AccountServices:
    """`passwords` has threads, and `oidc` connections: close them when done."""

    passwords: Passwords
    registration: Registration
    people: People
    second_factor: SecondFactor
    tokens: Tokens
    sessions: Sessions
    proofs: Proofs
    passkeys: Passkeys
    passkey_entry: PasskeyEntry
    oidc: OidcLogIn
    authenticator: SessionAuthenticator
    organizations: Organizations
    invitations: Invitations
    privacy: Privacy
    administration: Administration
    operators: Operators
    proving: Proving
    sweep: Expiry
    taking: PeopleTaking
    taking_back: PeopleUndoing
    provisioned: ProvisionedUsers
    groups: ProvisionedGroups
    root: str
    """Address of the server on the web."""

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
    outward: Callable[..., Outward] | None = None,
) -> AccountServices:
    """`key`: 32 secret bytes of this installation; every use of it is bound to a purpose of its own. `outward` is made
    of where it may go, how many calls there are at once, and `seconds` for each. Raises BadSettings."""
    own, links, gates = settings.accounts, Links(settings.public_url), Gates(limiter, settings.accounts)
    passwords = Passwords(own.argon2_memory_kib, own.argon2_iterations)
    access = AccessTokens(key, settings.public_url)
    registration = Registration(db, clock, passwords, gates, mailer, links, is_open=own.sign_up)
    people = People(db, clock, passwords, gates, mailer, links)
    second_factor = SecondFactor(db, clock, people, gates, Seal(key, "one-time codes"), links, settings.instance)
    tokens = Tokens(db, clock, people, gates, access, access_minutes=own.access_minutes, refresh_days=own.refresh_days)
    signer = Signer(key, "second factor")
    sessions = Sessions(db, clock, passwords, gates, second_factor, tokens, signer, session_days=own.session_days)
    proofs, privacy = Proofs(db, clock, people), Privacy(db, clock, people, others)
    challenges = Challenges(Signer(key, "passkey challenge"), clock)
    party = Party.of(settings.public_url, settings.instance)
    return AccountServices(
        passwords=passwords,
        registration=registration,
        people=people,
        second_factor=second_factor,
        tokens=tokens,
        sessions=sessions,
        proofs=proofs,
        passkeys=Passkeys(db, clock, people, proofs, gates, challenges, links, party),
        oidc=OidcLogIn(
            db,
            clock,
            passwords,
            people,
            sessions,
            proofs,
            gates,
            Signer(key, "log-in provider"),
            links,
            settings.oidc,
            _provider(settings, links, clock, outward),
        ),
        passkey_entry=PasskeyEntry(db, people, sessions, gates, challenges, links, party),
        authenticator=SessionAuthenticator(db, clock, access, session_days=own.session_days),
        organizations=Organizations(db, clock),
        invitations=Invitations(db, clock, registration, gates, mailer, links, days=own.invitation_days),
        privacy=privacy,
        administration=Administration(db, people, registration, passwords),
        operators=Operators(db, people),
        proving=Proving(db, people, second_factor, gates),
        sweep=Expiry(db, refresh_days=own.refresh_days),
        taking=PeopleTaking(passwords, mailer, links, settings.language),
        taking_back=PeopleUndoing(db, privacy),
        provisioned=ProvisionedUsers(db, passwords, settings.language, settings.public_url),
        groups=ProvisionedGroups(db, settings.public_url),
        root=settings.public_url,
    )


AT_ONCE = 8
"""Questions to the log-in provider."""


def _provider(
    settings: Settings, links: Links, clock: Clock, outward: Callable[..., Outward] | None
) -> Provider | None:
    """None where there is none, and where nobody speaks to the outside."""
    own = settings.oidc
    if not own.issuer or outward is None:
        return None
    # The operator named the issuer: that it may be inside is their decision. Whatever else it names is judged.
    reach = Reach.of([urlsplit(own.issuer).hostname or "", *own.allowed], "[oidc] issuer and allowed")
    return Provider(own, outward(reach, AT_ONCE, seconds=own.timeout_seconds), clock, links.to(BACK))
