"""A person's own account over the API."""

from novacast.accounts.people.bodies import (
    EmailBody,
    MailTokenBody,
    NewEmailBody,
    NewPasswordBody,
    PersonBody,
    ProfileBody,
    ResetBody,
)
from novacast.accounts.people.service import People
from novacast.errors import Conflict, Gone, RateLimited
from novacast.web import Call, get, patch, post


def nothing(_: object) -> None:
    """The answer of a use case without one, for `call.remember`."""


class PeopleRoutes:
    def __init__(self, people: People) -> None:
        self._people = people

    @get("/api/v1/me", tag="account", summary="Who I am")
    async def me(self, call: Call) -> PersonBody:
        return PersonBody.of(await self._people.me(call.principal))

    @patch("/api/v1/me", tag="account", scope="admin", summary="Change name or language")
    async def edit(self, call: Call, body: ProfileBody) -> PersonBody:
        return PersonBody.of(await self._people.edit(call.principal, body.name, body.language))

    @post(
        "/api/v1/me/password",
        tag="account",
        scope="admin",
        status=204,
        summary="Change the password",
        errors=(RateLimited, Conflict),
    )
    async def password(self, call: Call, body: NewPasswordBody) -> None:
        """Every other session ends; API tokens go on."""
        await self._people.change_password(
            call.principal, body.password, body.new_password, then=call.remember(nothing)
        )

    @post(
        "/api/v1/me/email",
        tag="account",
        scope="admin",
        status=204,
        summary="Ask for another address",
        errors=(RateLimited,),
    )
    async def email(self, call: Call, body: NewEmailBody) -> None:
        """Nothing changes before the link that is mailed to the new address is opened."""
        await self._people.request_email(
            call.principal, body.password, body.email, call.address, then=call.remember(nothing)
        )

    @post(
        "/api/v1/email-changes",
        tag="account",
        public=True,
        summary="Confirm another address",
        errors=(Gone, Conflict, RateLimited),
    )
    async def confirm_email(self, call: Call, body: MailTokenBody) -> PersonBody:
        person = await self._people.confirm_email(body.token, call.address, then=call.remember(PersonBody.of))
        return PersonBody.of(person)

    @post(
        "/api/v1/password-resets",
        tag="log-in",
        public=True,
        idempotent=False,
        status=204,
        summary="Ask for a new password",
        errors=(RateLimited,),
    )
    async def request_reset(self, call: Call, body: EmailBody) -> None:
        """Answers alike whether there is such an account or not; the mail tells."""
        await self._people.request_reset(body.email, call.address)

    @post(
        "/api/v1/password-resets/confirm",
        tag="log-in",
        public=True,
        idempotent=False,
        status=204,
        summary="Set a new password",
        errors=(Gone, RateLimited),
    )
    async def reset(self, call: Call, body: ResetBody) -> None:
        """Every session and every API token ends; the second factor stays."""
        await self._people.reset(body.token, body.password, call.address)
