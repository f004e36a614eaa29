"""The settings of a log-in provider."""

from novacast.records import dataclass
from novacast.settings.declaring import setting


@dataclass(frozen=True, slots=True)
class Oidc:
    """Log-in by a provider of your own that speaks OpenID Connect, beside passwords and passkeys. It sends people
    back to `<public_url>/login/oidc/back`."""

    issuer: str = setting("", "Its issuer, such as https://login.example.org/realms/venue; empty: none.")
    name: str = setting("", "What people call it, on the button; empty: its host.")
    client_id: str = setting("", "What it knows this server by.")
    client_secret: str = setting(
        "",
        "Secret of the client; empty: it is a public one, and PKCE alone protects it. "
        "Better in NOVACAST_OIDC_CLIENT_SECRET_FILE.",
        secret=True,
    )
    scopes: tuple[str, ...] = setting(("openid", "email", "profile"), "What it is asked to tell.")
    accounts: str = setting(
        "nobody",
        "Who gets an account at the first log-in by it: nobody, the invited, or anyone. The address must be verified.",
        choices=("nobody", "invited", "anyone"),
    )
    domains: tuple[str, ...] = setting((), "Domains of addresses to which accounts are bound; none named: all.")
    trust_email: bool = setting(
        False,
        "Whether its addresses count as verified where it does not say so. Only where people can't choose theirs.",
    )
    groups_claim: str = setting("groups", "Claim that names the groups somebody is in.")
    roles: tuple[str, ...] = setting(
        (),
        "Roles that groups give, as group=organization:role, such as crew=the-annex:producer; kept up at each log-in.",
    )
    allowed: tuple[str, ...] = setting(
        (), "Hosts, addresses and networks inside your own network that it may name as its own; the issuer's host is."
    )
    timeout_seconds: float = setting(8.0, "Seconds it may take for one answer.", low=1, high=60)
