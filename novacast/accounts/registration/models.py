"""A sign-up that waits for its mail to be answered.

It holds no password: whoever signs up need not be whom the address belongs to, so that is chosen behind the link.
"""

from novacast.accounts.people.models import EmailAddress, clean_language, clean_name
from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class SignUp:
    email: EmailAddress
    name: str
    language: str

    @classmethod
    def of(cls, email: EmailAddress, name: str, language: str) -> "SignUp":
        """Raises InvalidInput."""
        return cls(email, clean_name(name), clean_language(language))
