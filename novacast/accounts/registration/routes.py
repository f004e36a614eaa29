"""Signing up over the API."""

from novacast.accounts.people.bodies import EmailBody, PersonBody
from novacast.accounts.people.routes import nothing
from novacast.accounts.registration.bodies import ConfirmSignUpBody, SignUpBody
from novacast.accounts.registration.service import Registration
from novacast.errors import Conflict, Forbidden, Gone, Overloaded, RateLimited
from novacast.web import Call, post


class RegistrationRoutes:
    def __init__(self, registration: Registration) -> None:
        self._registration = registration

    @post(
        "/api/v1/sign-ups",
        tag="log-in",
        public=True,
        status=204,
        summary="Sign up",
        errors=(Forbidden, RateLimited),
    )
    async def sign_up(self, call: Call, body: SignUpBody) -> None:
        """Sends a mail with a link, behind which the password is chosen. Answers alike for a taken address."""
        await self._registration.sign_up(
            body.email, body.name, body.language, call.address, then=call.remember(nothing)
        )

    @post(
        "/api/v1/sign-ups/resend",
        tag="log-in",
        public=True,
        idempotent=False,
        status=204,
        summary="Send the mail of a sign-up again",
        errors=(RateLimited,),
    )
    async def resend(self, call: Call, body: EmailBody) -> None:
        await self._registration.resend(body.email, call.address)

    @post(
        "/api/v1/sign-ups/confirm",
        tag="log-in",
        public=True,
        summary="Confirm the address of a sign-up",
        errors=(Gone, Conflict, RateLimited, Overloaded),
    )
    async def confirm(self, call: Call, body: ConfirmSignUpBody) -> PersonBody:
        """Makes the account. Its password is chosen here, where the mailbox is proven, and not at sign-up, which
        anyone may do with another's address. It does not log in."""
        person = await self._registration.confirm(
            body.token, body.password, call.address, then=call.remember(PersonBody.of)
        )
        return PersonBody.of(person)
