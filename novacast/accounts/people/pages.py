"""Pages of a person's own account: profile, address, password; and of a forgotten one."""

from typing import Any

from novacast.accounts.people.service import People
from novacast.accounts.registration.pages import EmailForm, LinkForm, LinkQuery, Text
from novacast.accounts.shown import language_options, of_form
from novacast.errors import Conflict, FieldError, Gone, InvalidInput
from novacast.i18n import Languages
from novacast.i18n import gettext as _
from novacast.web import Body, Call, Html, Notice, Redirect, form, page


class ProfileForm(Body):
    name: Text = ""
    language: Text = ""


class NewEmailForm(Body):
    email: Text = ""
    password: Text = ""


class NewPasswordForm(Body):
    password: Text = ""
    new_password: Text = ""


class ResetForm(LinkForm):
    password: Text = ""


class ForgotPages:
    def __init__(self, people: People) -> None:
        self._people = people

    @page("/forgot", public=True)
    async def show(self, call: Call) -> Html:
        return Html("accounts/forgot.html", {"errors": (), "values": EmailForm()})

    @form("/forgot", public=True)
    async def request(self, call: Call, form: EmailForm) -> Html:
        try:
            await self._people.request_reset(form.email, call.address)
        except InvalidInput as error:
            return Html("accounts/forgot.html", {"errors": error.errors, "values": form}, 422)
        return Html("accounts/mail_sent.html", {"email": form.email, "again": "/forgot"})

    @page("/reset", public=True)
    async def ask(self, call: Call, query: LinkQuery) -> Html:
        return Html("accounts/reset.html", {"errors": (), "token": query.token})

    @form("/reset", public=True)
    async def reset(self, call: Call, form: ResetForm) -> Html | Redirect:
        try:
            await self._people.reset(form.token, form.password, call.address)
        except InvalidInput as error:
            return Html("accounts/reset.html", {"errors": error.errors, "token": form.token}, 422)
        except Gone as error:
            return Redirect("/forgot", notice=Notice("bad", error.message))
        return Redirect("/login", notice=Notice("good", _("Your password is changed. Log in with the new one.")))


class AccountPages:
    def __init__(self, people: People, languages: Languages) -> None:
        self._people, self._languages = people, languages

    @page("/account", scope="admin")
    async def show(self, call: Call) -> Html:
        return await self._shown(call)

    @form("/account/profile", scope="admin")
    async def profile(self, call: Call, form: ProfileForm) -> Html | Redirect:
        try:
            await self._people.edit(call.principal, form.name, form.language)
        except InvalidInput as error:
            return await self._shown(call, error.errors, profile=form)
        return Redirect("/account", notice=Notice("good", _("Saved.")))

    @form("/account/email", scope="admin")
    async def email(self, call: Call, form: NewEmailForm) -> Html | Redirect:
        try:
            await self._people.request_email(call.principal, form.password, form.email, call.address)
        except InvalidInput as error:
            return await self._shown(call, of_form("email", error.errors), email=form)
        text = _("We wrote to the new address. Open the link in that mail to use it from then on.")
        return Redirect("/account", notice=Notice("note", text))

    @form("/account/password", scope="admin")
    async def password(self, call: Call, form: NewPasswordForm) -> Html | Redirect:
        try:
            await self._people.change_password(call.principal, form.password, form.new_password)
        except InvalidInput as error:
            return await self._shown(call, error.errors)
        except Conflict as error:
            return Redirect("/account", notice=Notice("bad", error.message))
        text = _("Your password is changed. All other devices are logged out.")
        return Redirect("/account", notice=Notice("good", text))

    @page("/email", public=True)
    async def ask(self, call: Call, query: LinkQuery) -> Html:
        """A button: programs that follow links in mails must not use them up."""
        context = {"token": query.token, "action": "/email", "title": _("Confirm your new address")}
        return Html("accounts/confirm_link.html", {**context, "button": _("Use this address")})

    @form("/email", public=True)
    async def confirm(self, call: Call, form: LinkForm) -> Redirect:
        try:
            person = await self._people.confirm_email(form.token, call.address)
        except (Gone, Conflict) as error:
            return Redirect("/account", notice=Notice("bad", error.message))
        text = _("Your account uses %(email)s now.") % {"email": person.email}
        return Redirect("/account", notice=Notice("good", text))

    async def _shown(self, call: Call, errors: tuple[FieldError, ...] = (), **values: Any) -> Html:
        person = await self._people.me(call.principal)
        context = {
            "person": person,
            "profile": ProfileForm(name=person.name, language=person.language),
            "email": NewEmailForm(),
            "languages": language_options(self._languages),
            "errors": errors,
            **values,
        }
        return Html("accounts/account.html", context, 422 if errors else 200)
