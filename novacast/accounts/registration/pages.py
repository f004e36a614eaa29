"""Pages of signing up."""

from typing import Annotated

from pydantic import Field

from novacast.accounts.registration.service import Registration
from novacast.errors import Conflict, Gone, InvalidInput
from novacast.i18n import gettext as _
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

Text = Annotated[str, Field(max_length=2000)]
"""A field of a form; the service says what is wrong with it, so that the page can show it beside the field."""


class LinkQuery(Body):
    """Of the addresses that mails carry."""

    token: Annotated[str, Field(max_length=200)] = ""


class LinkForm(Body):
    token: Annotated[str, Field(max_length=200)] = ""


class SignUpForm(Body):
    email: Text = ""
    name: Text = ""
    password: Text = ""


class EmailForm(Body):
    email: Text = ""


class RegistrationPages:
    def __init__(self, registration: Registration) -> None:
        self._registration = registration

    @page("/signup", public=True)
    async def show(self, call: Call) -> Html | Redirect:
        if call.principal.signed_in:
            return Redirect("/account")
        return Html("accounts/sign_up.html", {"errors": (), "values": SignUpForm(), "open": self._registration.is_open})

    @form("/signup", public=True)
    async def sign_up(self, call: Call, form: SignUpForm) -> Html:
        try:
            await self._registration.sign_up(form.email, form.name, call.language, form.password, call.address)
        except InvalidInput as error:
            return Html("accounts/sign_up.html", {"errors": error.errors, "values": form, "open": True}, 422)
        return Html("accounts/mail_sent.html", {"email": form.email, "again": "/signup/resend"})

    @form("/signup/resend", public=True)
    async def resend(self, call: Call, form: EmailForm) -> Html:
        await self._registration.resend(form.email, call.address)
        return Html("accounts/mail_sent.html", {"email": form.email, "again": "/signup/resend"})

    @page("/verify", public=True)
    async def ask(self, call: Call, query: LinkQuery) -> Html:
        """A button: programs that follow links in mails must not use them up."""
        context = {"token": query.token, "action": "/verify", "title": _("Confirm your address")}
        return Html("accounts/confirm_link.html", {**context, "button": _("Confirm and make my account")})

    @form("/verify", public=True)
    async def confirm(self, call: Call, form: LinkForm) -> Redirect:
        try:
            await self._registration.confirm(form.token, call.address)
        except (Gone, Conflict) as error:
            return Redirect("/login", notice=Notice("bad", error.message))
        return Redirect("/login", notice=Notice("good", _("Your account is ready. Log in.")))
