"""Pages of the second factor."""

from typing import Any

from novacast.accounts.registration.pages import Text
from novacast.accounts.second_factor.service import SecondFactor
from novacast.accounts.shown import of_form
from novacast.errors import Conflict, FieldError, InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Principal
from novacast.web import Body, Call, Html, Notice, Redirect, form, page

HERE = "/account/security"


class PasswordForm(Body):
    password: Text = ""


class FirstCodeForm(Body):
    code: Text = ""


class SecondFactorPages:
    def __init__(self, second_factor: SecondFactor) -> None:
        self._second_factor = second_factor

    @page(HERE, scope="admin")
    async def show(self, call: Call) -> Html:
        return await self._shown(call.principal)

    @form(f"{HERE}/begin", scope="admin")
    async def begin(self, call: Call, form: PasswordForm) -> Html | Redirect:
        try:
            await self._second_factor.begin(call.principal, form.password)
        except InvalidInput as error:
            return await self._shown(call.principal, error.errors)
        except Conflict as error:
            return Redirect(HERE, notice=Notice("bad", error.message))
        return Redirect(HERE)

    @form(f"{HERE}/finish", scope="admin")
    async def finish(self, call: Call, form: FirstCodeForm) -> Html | Redirect:
        """Answers with the page itself, as the recovery codes are shown this once."""
        try:
            codes = await self._second_factor.finish(call.principal, form.code)
        except InvalidInput as error:
            return await self._shown(call.principal, error.errors)
        except Conflict as error:
            return Redirect(HERE, notice=Notice("bad", error.message))
        return await self._shown(call.principal, codes=codes)

    @form(f"{HERE}/off", scope="admin")
    async def switch_off(self, call: Call, form: PasswordForm) -> Html | Redirect:
        try:
            await self._second_factor.switch_off(call.principal, form.password)
        except InvalidInput as error:
            return await self._shown(call.principal, of_form("off", error.errors))
        return Redirect(HERE, notice=Notice("note", _("One-time codes are off.")))

    @form(f"{HERE}/codes", scope="admin")
    async def new_codes(self, call: Call, form: PasswordForm) -> Html | Redirect:
        try:
            codes = await self._second_factor.new_codes(call.principal, form.password)
        except InvalidInput as error:
            return await self._shown(call.principal, of_form("codes", error.errors))
        except Conflict as error:
            return Redirect(HERE, notice=Notice("bad", error.message))
        return await self._shown(call.principal, codes=codes)

    async def _shown(
        self, principal: Principal, errors: tuple[FieldError, ...] = (), codes: list[str] | None = None
    ) -> Html:
        status = await self._second_factor.status(principal)
        context: dict[str, Any] = {"status": status, "errors": errors, "codes": codes, "set_up": None}
        if status.waiting and not status.on:
            context["set_up"] = await self._second_factor.waiting(principal)
        return Html("accounts/security.html", context, 422 if errors else 200)
