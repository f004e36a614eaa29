"""Shapes of signing up."""

from novacast.accounts.people.bodies import Email, Language, MailToken, Name, NewPassword
from novacast.web import Body


class SignUpBody(Body):
    email: Email
    name: Name
    language: Language = "en"


class ConfirmSignUpBody(Body):
    token: MailToken
    password: NewPassword
