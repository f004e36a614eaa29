"""All API routes of the slice."""

from novacast.accounts.operators.routes import OperatorRoutes
from novacast.accounts.organizations.routes import InvitationRoutes, OrganizationRoutes
from novacast.accounts.passkeys.routes import PasskeyEntryRoutes, PasskeyRoutes
from novacast.accounts.people.routes import PeopleRoutes
from novacast.accounts.privacy.routes import PrivacyRoutes
from novacast.accounts.proofs.routes import ProofRoutes
from novacast.accounts.registration.routes import RegistrationRoutes
from novacast.accounts.scim.bulk import Bulk
from novacast.accounts.scim.routes import BulkRoutes, DiscoveryRoutes, GroupRoutes, SearchRoutes, UserRoutes
from novacast.accounts.scim.searching import Search
from novacast.accounts.second_factor.routes import SecondFactorRoutes
from novacast.accounts.services import AccountServices
from novacast.accounts.sessions.routes import SessionRoutes, TokenRoutes


def account_routes(own: AccountServices) -> tuple[object, ...]:
    return (
        RegistrationRoutes(own.registration),
        SessionRoutes(own.sessions),
        PasskeyEntryRoutes(own.passkey_entry),
        ProofRoutes(own.proofs, own.passkey_entry),
        TokenRoutes(own.sessions, own.tokens),
        PasskeyRoutes(own.passkeys),
        PeopleRoutes(own.people),
        SecondFactorRoutes(own.second_factor),
        PrivacyRoutes(own.privacy),
        OrganizationRoutes(own.organizations),
        InvitationRoutes(own.invitations),
        OperatorRoutes(own.operators, own.administration),
        DiscoveryRoutes(own.root),
        SearchRoutes(Search(own.provisioned, own.groups)),
        BulkRoutes(Bulk(own.provisioned, own.groups)),
        UserRoutes(own.provisioned),
        GroupRoutes(own.groups),
    )
