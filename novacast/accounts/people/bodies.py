"""Shapes of a person's own account."""

from typing import Annotated

from pydantic import Field

from novacast.accounts.people.models import LONGEST_EMAIL, LONGEST_NAME, Person
from novacast.clock import iso
from novacast.security.passwords import LONGEST, SHORTEST
from novacast.web import Body

Email = Annotated[str, Field(min_length=3, max_length=LONGEST_EMAIL, examples=["ada@example.org"])]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, examples=["Ada Lovelace"])]
Language = Annotated[
    str,
    Field(
        min_length=2,
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$",
        description="BCP 47 tag.",
        examples=["en", "de-AT"],
    ),
]
Password = Annotated[str, Field(min_length=1, max_length=LONGEST, json_schema_extra={"format": "password"})]
NewPassword = Annotated[str, Field(min_length=SHORTEST, max_length=LONGEST, json_schema_extra={"format": "password"})]
MailToken = Annotated[str, Field(min_length=1, max_length=200, description="The `token` of the link in the mail.")]


class PersonBody(Body):
    id: str
    email: str
    name: str
    language: str
    second_factor: bool
    created_at: str

    @classmethod
    def of(cls, person: Person) -> "PersonBody":
        return cls(
            id=person.id,
            email=person.email,
            name=person.name,
            language=person.language,
            second_factor=person.second_factor,
            created_at=iso(person.created_at),
        )


class ProfileBody(Body):
    name: Name | None = None
    language: Language | None = None


class NewPasswordBody(Body):
    password: Password
    new_password: NewPassword


class NewEmailBody(Body):
    password: Password
    email: Email


class MailTokenBody(Body):
    token: MailToken


class EmailBody(Body):
    email: Email


class ResetBody(Body):
    token: MailToken
    password: NewPassword


class PasswordBody(Body):
    """The password once more, before something that matters."""

    password: Password
