"""Pages of logging in by the provider. It sends people back to one of them, so all of it is in a browser."""

from typing import Annotated
from urllib.parse import urlencode

from pydantic import ConfigDict, Field

from novacast.accounts.oidc.models import Waiting
from novacast.accounts.oidc.service import BACK, OidcLogIn
from novacast.accounts.proofs.models import ProofNeeded
from novacast.accounts.sessions.models import SecondFactorNeeded
from novacast.accounts.sessions.routes import hand_over, origin
from novacast.accounts.shown import when
from novacast.errors import Conflict, Forbidden, NovaCastError, Unauthenticated, Unavailable
from novacast.i18n import gettext as _
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.web.protection import safe_next
from novacast.web.sessions import read

HERE = "/account/provider"
BEGUN, WAITS, SECONDS = "novacast_provider", "novacast_identity", 600


class BeginQuery(Body):
    next: Annotated[str, Field(max_length=2000)] = ""


class BackQuery(Body):
    """What the provider sends back (RFC 6749, 4.1.2; RFC 9207); what else it adds is not needed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: Annotated[str, Field(max_length=4000)] = ""
    state: Annotated[str, Field(max_length=500)] = ""
    iss: Annotated[str | None, Field(max_length=500)] = None
    error: Annotated[str, Field(max_length=200)] = ""


class OidcPages:
    def __init__(self, oidc: OidcLogIn) -> None:
        self._oidc = oidc

    @page("/login/oidc", public=True)
    async def begin(self, call: Call, query: BeginQuery) -> Redirect:
        try:
            begun = await self._oidc.begin(safe_next(query.next), call.address)
        except Unavailable as error:
            return Redirect(_log_in(query.next), notice=Notice("bad", error.message))
        call.set_cookie(BEGUN, begun.kept, SECONDS)
        return Redirect(begun.url)

    @page(BACK, public=True)
    async def back(self, call: Call, query: BackQuery) -> Redirect | Html:
        kept = read(call.request, BEGUN, secure=call.secure) or ""
        call.set_cookie(BEGUN, "", 0)
        if query.error or not query.code:
            return Redirect("/login", notice=Notice("bad", _("The log-in provider let nobody in.")))
        try:
            outcome = await self._oidc.finish(kept, query.state, query.code, query.iss, call.language, origin(call))
        except (Unauthenticated, Forbidden, Unavailable, Conflict) as error:
            return Redirect("/login", notice=Notice("bad", error.message))
        return self._let_in(call, outcome.result, outcome.next)

    @page("/login/oidc/left", public=True)
    async def left(self, call: Call) -> Html | Redirect:
        """Logged out here; at the provider perhaps not."""
        try:
            there = await self._oidc.way_out()
        except NovaCastError:
            there = None
        return Html("accounts/provider_left.html", {"there": there, "provider": self._oidc.name})

    def _let_in(self, call: Call, result: object, to: str) -> Redirect | Html:
        if isinstance(result, Waiting):
            call.set_cookie(WAITS, result.kept, SECONDS)
            words = _(
                "There is an account with the address %(email)s already. Log in to it, and say that both are yours."
            )
            return Redirect(HERE, notice=Notice("note", words % {"email": result.email}))
        if isinstance(result, SecondFactorNeeded):
            context = {"errors": (), "pending": result.pending, "next": to, "passkeys": False}
            return Html("accounts/code.html", context)
        hand_over(call, result)  # type: ignore[arg-type]  # the third of three
        return Redirect(to)


class ProviderPages:
    """Of one's own account."""

    def __init__(self, oidc: OidcLogIn) -> None:
        self._oidc = oidc

    @page(HERE, scope="admin")
    async def show(self, call: Call) -> Html:
        kept = read(call.request, WAITS, secure=call.secure) or ""
        context = {
            "provider": self._oidc.name if self._oidc.possible else "",
            "linked": await self._oidc.linked(call.principal),
            "waiting": await self._oidc.waiting(call.principal, kept),
            "when": when,
        }
        return Html("accounts/provider.html", context)

    @form(f"{HERE}/join", scope="admin")
    async def join(self, call: Call) -> Redirect:
        kept = read(call.request, WAITS, secure=call.secure) or ""
        try:
            await self._oidc.join(call.principal, kept, origin(call))
        except ProofNeeded as error:
            return Redirect(f"/account/prove?next={HERE}", notice=Notice("note", error.message))
        except (Unauthenticated, Forbidden, Conflict) as error:
            return Redirect(HERE, notice=Notice("bad", error.message))
        call.set_cookie(WAITS, "", 0)
        return Redirect(HERE, notice=Notice("good", _("Joined. From now on the provider logs you in here.")))

    @form(f"{HERE}/part", scope="admin")
    async def part(self, call: Call) -> Redirect:
        try:
            await self._oidc.part(call.principal, origin(call))
        except ProofNeeded as error:
            return Redirect(f"/account/prove?next={HERE}", notice=Notice("note", error.message))
        return Redirect(HERE, notice=Notice("good", _("The provider logs nobody in to this account any more.")))


def _log_in(to: str) -> str:
    return f"/login?{urlencode({'next': safe_next(to)})}" if to else "/login"
