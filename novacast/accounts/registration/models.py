"""A sign-up that waits for its mail to be answered."""

from dataclasses import dataclass

from novacast.accounts.people.models import EmailAddress


@dataclass(frozen=True, slots=True)
class SignUp:
    email: EmailAddress
    name: str
    language: str
    password: str
    """PHC text."""
