"""Shapes of signing up."""

from novacast.accounts.people.bodies import Email, Language, Name, NewPassword
from novacast.web import Body


class SignUpBody(Body):
    email: Email
    name: Name
    password: NewPassword
    language: Language = "en"
