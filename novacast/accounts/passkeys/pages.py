"""The page of passkeys."""

from novacast.accounts.journal.models import Happened, Kind
from novacast.accounts.oidc.service import OidcLogIn
from novacast.accounts.passkeys.service import Passkeys
from novacast.accounts.proofs.models import ProofNeeded
from novacast.accounts.registration.pages import Text
from novacast.accounts.sessions.routes import origin
from novacast.accounts.shown import when
from novacast.errors import FieldError, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.web.secure_context import secure_context

HERE = "/account/passkeys"
PROVE = f"/account/prove?next={HERE}"


class NameForm(Body):
    name: Text = ""


class PasskeyPages:
    def __init__(self, passkeys: Passkeys, oidc: OidcLogIn) -> None:
        self._passkeys, self._oidc = passkeys, oidc

    @page(HERE, scope="admin")
    async def show(self, call: Call) -> Html:
        return await self._shown(call)

    @form(f"{HERE}/{{id}}/name", scope="admin")
    async def rename(self, call: Call, id: str, form: NameForm) -> Html | Redirect:
        try:
            await self._passkeys.rename(call.principal, id, form.name, origin(call))
        except InvalidInput as error:
            return await self._shown(call, error.errors)
        except NotFound as error:
            return Redirect(HERE, notice=Notice("bad", error.message))
        return Redirect(HERE, notice=Notice("good", _("Saved.")))

    @form(f"{HERE}/{{id}}/remove", scope="admin")
    async def remove(self, call: Call, id: str) -> Redirect:
        try:
            await self._passkeys.remove(call.principal, id, origin(call))
        except ProofNeeded as error:
            return Redirect(PROVE, notice=Notice("note", error.message))
        except NotFound as error:
            return Redirect(HERE, notice=Notice("bad", error.message))
        return Redirect(HERE, notice=Notice("good", _("The passkey opens nothing any more.")))

    async def _shown(self, call: Call, errors: tuple[FieldError, ...] = ()) -> Html:
        context = {
            "passkeys": await self._passkeys.listed(call.principal),
            "possible": self._passkeys.possible and secure_context(call),
            "prove": PROVE,
            "provider": self._oidc.name if self._oidc.possible else "",
            "lately": [(_words(one), one) for one in await self._passkeys.lately(call.principal)],
            "errors": errors,
            "when": when,
        }
        return Html("accounts/passkeys.html", context, 422 if errors else 200)


def _words(one: Happened) -> str:
    words = {
        Kind.PASSKEY_ADDED: _("“%(name)s” was added"),
        Kind.PASSKEY_RENAMED: _("A passkey is called “%(name)s” now"),
        Kind.PASSKEY_REMOVED: _("“%(name)s” was removed"),
        Kind.PASSKEY_USED: _("“%(name)s” logged you in"),
        Kind.PASSKEY_SUSPECTED: _("“%(name)s” may have been copied, and let nobody in"),
        Kind.PROVIDER_LINKED: _("The account was joined to %(name)s"),
        Kind.PROVIDER_UNLINKED: _("The account was parted from %(name)s"),
    }
    return words[one.kind] % {"name": one.detail}
