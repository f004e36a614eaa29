"""The page that asks once more who is there."""

from typing import Annotated

from pydantic import Field

from novacast.accounts.passkeys.entering import PasskeyEntry
from novacast.accounts.proofs.service import Proofs
from novacast.accounts.registration.pages import Text
from novacast.errors import FieldError, InvalidInput
from novacast.identity import person_of
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.web.protection import safe_next

HERE = "/account/prove"
Next = Annotated[str, Field(max_length=2000)]


class ProveQuery(Body):
    next: Next = ""


class ProveForm(Body):
    password: Text = ""
    next: Next = ""


class ProofPages:
    def __init__(self, proofs: Proofs, entry: PasskeyEntry) -> None:
        self._proofs, self._entry = proofs, entry

    @page(HERE, scope="admin")
    async def show(self, call: Call, query: ProveQuery) -> Html:
        return await self._shown(call, query.next)

    @form(HERE, scope="admin")
    async def prove(self, call: Call, form: ProveForm) -> Html | Redirect:
        try:
            await self._proofs.by_password(call.principal, form.password)
        except InvalidInput as error:
            return await self._shown(call, form.next, error.errors)
        return Redirect(safe_next(form.next, "/account"))

    async def _shown(self, call: Call, to: str, errors: tuple[FieldError, ...] = ()) -> Html:
        passkeys = await self._entry.has_any(person_of(call.principal))
        context = {"errors": errors, "next": safe_next(to, "/account"), "passkeys": passkeys}
        return Html("accounts/prove.html", context, 422 if errors else 200)
