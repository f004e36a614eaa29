"""All pages of the slice."""

from novacast.accounts.oidc.pages import OidcPages, ProviderPages
from novacast.accounts.organizations.pages import InvitationPages, OrganizationPages
from novacast.accounts.passkeys.pages import PasskeyPages
from novacast.accounts.people.pages import AccountPages, ForgotPages
from novacast.accounts.privacy.pages import PrivacyPages
from novacast.accounts.proofs.pages import ProofPages
from novacast.accounts.registration.pages import RegistrationPages
from novacast.accounts.second_factor.pages import SecondFactorPages
from novacast.accounts.services import AccountServices
from novacast.accounts.sessions.pages import LogInPages, SessionPages, TokenPages
from novacast.i18n import Languages


def account_pages(own: AccountServices, languages: Languages) -> tuple[object, ...]:
    return (
        RegistrationPages(own.registration, own.sessions),
        LogInPages(own.sessions, own.passkeys, own.passkey_entry, own.oidc),
        OidcPages(own.oidc),
        ProviderPages(own.oidc),
        ProofPages(own.proofs, own.passkey_entry),
        PasskeyPages(own.passkeys, own.oidc),
        ForgotPages(own.people),
        AccountPages(own.people, languages),
        SessionPages(own.sessions),
        TokenPages(own.tokens),
        SecondFactorPages(own.second_factor),
        PrivacyPages(own.privacy),
        OrganizationPages(own.organizations, own.invitations),
        InvitationPages(own.invitations, own.people, own.sessions),
    )
