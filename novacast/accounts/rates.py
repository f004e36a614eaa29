"""How often strangers may try: per network address and per account, each refusal waiting longer than the last."""

from novacast.clock import HOUR, MINUTE, SECOND
from novacast.limits import Rate, RateLimiter, network
from novacast.settings import Accounts

_FIVE_MINUTES = 5 * MINUTE / SECOND
_HOUR = HOUR / SECOND


class Gates:
    """Each method counts one try and raises RateLimited when it is one too many."""

    def __init__(self, limiter: RateLimiter, settings: Accounts) -> None:
        self._limiter = limiter
        by_address, by_account = settings.tries_per_address, settings.tries_per_account
        self._sign_in_address = Rate("accounts.sign_in.address", by_address, _FIVE_MINUTES, growth=2)
        self._sign_in_account = Rate("accounts.sign_in.account", by_account, _FIVE_MINUTES, growth=2, longest=_HOUR / 4)
        self._code = Rate("accounts.code", 5, _FIVE_MINUTES, growth=2)
        self._passkey_address = Rate("accounts.passkey.address", by_address, _FIVE_MINUTES, growth=2)
        self._passkey_account = Rate("accounts.passkey.account", by_account, _FIVE_MINUTES, growth=2, longest=_HOUR / 4)
        self._outside = Rate("accounts.outside", by_address, _FIVE_MINUTES, growth=2)
        self._ceremony = Rate("accounts.ceremony", 3 * by_address, _FIVE_MINUTES, growth=2)
        self._confirm = Rate("accounts.confirm", by_account, _FIVE_MINUTES, growth=2)
        self._mail_address = Rate("accounts.mail.address", by_address, _HOUR, growth=2)
        self._mail_account = Rate("accounts.mail.account", 4, _HOUR, growth=2)
        self._link = Rate("accounts.link", 3 * by_address, _FIVE_MINUTES, growth=2)
        self._refresh = Rate("accounts.refresh", 10 * by_address, _FIVE_MINUTES, growth=2)
        self._invite = Rate("accounts.invite", 50, _HOUR, growth=2)

    def sign_in(self, address: str, account: str) -> None:
        self._limiter.check(self._sign_in_address, network(address))
        self._limiter.check(self._sign_in_account, account)

    def signed_in(self, account: str) -> None:
        """The owner is there: earlier failures are forgotten for the account, never for the network address."""
        self._limiter.forgive(self._sign_in_account, account)

    def code(self, person_id: str) -> None:
        self._limiter.check(self._code, person_id)

    def code_right(self, person_id: str) -> None:
        self._limiter.forgive(self._code, person_id)

    def ceremony(self, who: str) -> None:
        """A passkey is asked for. `who`: a network address, or a person."""
        self._limiter.check(self._ceremony, network(who))

    def passkey(self, address: str) -> None:
        self._limiter.check(self._passkey_address, network(address))

    def outside(self, address: str) -> None:
        """The log-in provider sends somebody back."""
        self._limiter.check(self._outside, network(address))

    def passkey_of(self, person_id: str) -> None:
        self._limiter.check(self._passkey_account, person_id)

    def passkey_right(self, person_id: str) -> None:
        self._limiter.forgive(self._passkey_account, person_id)

    def confirm(self, person_id: str) -> None:
        """A signed-in person repeats the password before a change that matters."""
        self._limiter.check(self._confirm, person_id)

    def confirmed(self, person_id: str) -> None:
        self._limiter.forgive(self._confirm, person_id)

    def mail(self, address: str, account: str) -> None:
        """Sign-up, resend and reset: whatever makes us write to an address that a stranger typed."""
        self._limiter.check(self._mail_address, network(address))
        self._limiter.check(self._mail_account, account)

    def link(self, address: str) -> None:
        """A link from a mail is opened."""
        self._limiter.check(self._link, network(address))

    def refresh(self, address: str) -> None:
        self._limiter.check(self._refresh, network(address))

    def invite(self, person_id: str) -> None:
        self._limiter.check(self._invite, person_id)
