"""Page of export and erasure."""

from novacast.accounts.privacy.service import Privacy
from novacast.accounts.second_factor.pages import PasswordForm
from novacast.accounts.shown import atop
from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.web import Call, Html, Notice, Redirect, form, page


class PrivacyPages:
    def __init__(self, privacy: Privacy) -> None:
        self._privacy = privacy

    @page("/account/data", scope="admin")
    async def show(self, call: Call) -> Html:
        return Html("accounts/data.html", {"errors": ()})

    @form("/account/erase", scope="admin")
    async def erase(self, call: Call, form: PasswordForm) -> Html | Redirect:
        try:
            await self._privacy.erase(call.principal, form.password)
        except InvalidInput as error:
            return Html("accounts/data.html", {"errors": error.errors}, 422)
        except Conflict as error:
            return Html("accounts/data.html", {"errors": atop(error)}, 409)
        call.end_session()
        return Redirect("/", notice=Notice("good", _("Your account and what belonged to it are erased.")))
