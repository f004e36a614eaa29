"""Pages of signing up."""

from typing import Annotated
from urllib.parse import quote, unquote

from pydantic import Field

from novacast.accounts.registration.service import Registration
from novacast.accounts.sessions.routes import welcomed
from novacast.accounts.sessions.service import Sessions
from novacast.errors import Conflict, FieldError, Gone, InvalidInput
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.web.protection import safe_next
from novacast.web.sessions import read

Text = Annotated[str, Field(max_length=2000)]
"""A field of a form; the service says what is wrong with it, so that the page can show it beside the field."""


class LinkQuery(Body):
    """Of the addresses that mails carry."""

    token: Annotated[str, Field(max_length=200)] = ""


class LinkForm(Body):
    token: Annotated[str, Field(max_length=200)] = ""


class SignUpQuery(Body):
    next: Annotated[str, Field(max_length=2000)] = ""
    """Where to go with the new account."""


class SignUpForm(Body):
    email: Text = ""
    name: Text = ""


class ConfirmSignUpForm(LinkForm):
    password: Text = ""
    email: Text = ""
    """For password managers, not read: the link says whose account it is."""


class EmailForm(Body):
    email: Text = ""


NEXT, NEXT_SECONDS = "novacast_next", 24 * 3600


class RegistrationPages:
    def __init__(self, registration: Registration, sessions: Sessions) -> None:
        self._registration, self._sessions = registration, sessions

    @page("/signup", public=True)
    async def show(self, call: Call, query: SignUpQuery) -> Html | Redirect:
        if call.principal.signed_in:
            return Redirect(safe_next(query.next) if query.next else "/account")
        if query.next:  # the mail's link comes back without it, most often to the same browser
            call.set_cookie(NEXT, quote(safe_next(query.next)), NEXT_SECONDS)
        return Html("accounts/sign_up.html", {"errors": (), "values": SignUpForm(), "open": self._registration.is_open})

    @form("/signup", public=True)
    async def sign_up(self, call: Call, form: SignUpForm) -> Html:
        try:
            await self._registration.sign_up(form.email, form.name, call.language, call.address)
        except InvalidInput as error:
            return Html("accounts/sign_up.html", {"errors": error.errors, "values": form, "open": True}, 422)
        return Html("accounts/mail_sent.html", {"email": form.email, "again": "/signup/resend"})

    @form("/signup/resend", public=True)
    async def resend(self, call: Call, form: EmailForm) -> Html:
        await self._registration.resend(form.email, call.address)
        return Html("accounts/mail_sent.html", {"email": form.email, "again": "/signup/resend"})

    @page("/verify", public=True)
    async def ask(self, call: Call, query: LinkQuery) -> Html | Redirect:
        """Uses nothing up: programs follow links in mails."""
        return await self._asked(call, query.token)

    @form("/verify", public=True)
    async def confirm(self, call: Call, form: ConfirmSignUpForm) -> Html | Redirect:
        try:
            person = await self._registration.confirm(form.token, form.password, call.address)
        except InvalidInput as error:
            return await self._asked(call, form.token, error.errors)
        except (Gone, Conflict) as error:
            return Redirect("/login", notice=Notice("bad", error.message))
        return await welcomed(call, self._sessions, person.email, form.password, _next(call))

    async def _asked(self, call: Call, token: str, errors: tuple[FieldError, ...] = ()) -> Html | Redirect:
        try:
            waiting = await self._registration.waiting(token, call.address)
        except Gone as error:
            return Redirect("/login", notice=Notice("bad", error.message))
        context = {"errors": errors, "token": token, "email": waiting.email.text}
        return Html("accounts/sign_up_confirm.html", context, 422 if errors else 200)


def _next(call: Call) -> str:
    return safe_next(unquote(read(call.request, NEXT, secure=call.secure) or ""))
