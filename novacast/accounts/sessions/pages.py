"""Pages of logging in, of sessions and of API tokens."""

from typing import Annotated

from pydantic import Field

from novacast.accounts.oidc.service import OidcLogIn
from novacast.accounts.passkeys.entering import PasskeyEntry
from novacast.accounts.passkeys.service import Passkeys
from novacast.accounts.registration.pages import Text
from novacast.accounts.sessions.models import Kind, SecondFactorNeeded
from novacast.accounts.sessions.routes import hand_over, origin
from novacast.accounts.sessions.service import Sessions
from novacast.accounts.sessions.tokens import Tokens
from novacast.accounts.shown import atop, scope_options, when
from novacast.errors import Conflict, FieldError, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import gettext as _
from novacast.identity import Scope
from novacast.web import Body, Call, Html, Notice, Redirect, form, page
from novacast.web.protection import safe_next
from novacast.web.secure_context import secure_context

Next = Annotated[str, Field(max_length=2000)]


class LogInQuery(Body):
    next: Next = ""


class LogInForm(Body):
    email: Text = ""
    password: Text = ""
    next: Next = ""


class CodeForm(Body):
    pending: Annotated[str, Field(max_length=500)] = ""
    code: Annotated[str, Field(max_length=100)] = ""
    next: Next = ""


class NewTokenForm(Body):
    name: Text = ""
    scopes: list[Scope] = Field(default_factory=list, max_length=4)
    days: Annotated[int, Field(ge=0, le=100_000)] = 90
    password: Text = ""


class LogInPages:
    def __init__(self, sessions: Sessions, passkeys: Passkeys, entry: PasskeyEntry, oidc: OidcLogIn) -> None:
        self._sessions, self._passkeys, self._entry, self._oidc = sessions, passkeys, entry, oidc

    @page("/login", public=True)
    async def show(self, call: Call, query: LogInQuery) -> Html | Redirect:
        if call.principal.signed_in:
            return Redirect(safe_next(query.next))
        return self._asked(call, LogInForm(next=query.next))

    @form("/login", public=True)
    async def log_in(self, call: Call, form: LogInForm) -> Html | Redirect:
        try:
            result = await self._sessions.sign_in(Kind.BROWSER, form.email, form.password, origin(call))
        except Unauthenticated as error:
            return self._asked(call, form, atop(error))
        if isinstance(result, SecondFactorNeeded):
            return await self._half_done(result.pending, form.next)
        hand_over(call, result)
        return Redirect(safe_next(form.next))

    @form("/login/code", public=True)
    async def code(self, call: Call, form: CodeForm) -> Html | Redirect:
        try:
            result = await self._sessions.sign_in_with_code(Kind.BROWSER, form.pending, form.code, origin(call))
        except Unauthenticated as error:
            return await self._half_done(form.pending, form.next, atop(error))
        hand_over(call, result)
        return Redirect(safe_next(form.next))

    @form("/logout", scope="read")
    async def log_out(self, call: Call) -> Redirect:
        by_provider = await self._oidc.opened(call.principal)
        await self._sessions.sign_out(call.principal)
        call.end_session()
        if by_provider:
            return Redirect("/login/oidc/left")
        return Redirect("/", notice=Notice("good", _("You are logged out.")))

    def _asked(self, call: Call, values: LogInForm, errors: tuple[FieldError, ...] = ()) -> Html:
        possible = self._passkeys.possible and secure_context(call)
        context = {
            "errors": errors,
            "values": values,
            "next": safe_next(values.next),
            "passkeys": possible,
            "provider": self._oidc.name if self._oidc.possible else "",
        }
        return Html("accounts/log_in.html", context, 401 if errors else 200)

    async def _half_done(self, pending: str, to: str, errors: tuple[FieldError, ...] = ()) -> Html:
        try:
            passkeys = await self._entry.of_half_done(pending)
        except Unauthenticated:
            passkeys = False
        context = {"errors": errors, "pending": pending, "next": safe_next(to), "passkeys": passkeys}
        return Html("accounts/code.html", context, 401 if errors else 200)


class SessionPages:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @page("/account/sessions", scope="admin")
    async def show(self, call: Call) -> Html:
        sessions = await self._sessions.listed(call.principal)
        return Html(
            "accounts/sessions.html", {"sessions": sessions, "current": call.principal.session_id, "when": when}
        )

    @form("/account/sessions/{id}/end", scope="admin")
    async def end(self, call: Call, id: str) -> Redirect:
        try:
            await self._sessions.revoke(call.principal, id)
        except NotFound as error:
            return Redirect("/account/sessions", notice=Notice("bad", error.message))
        return Redirect("/account/sessions", notice=Notice("good", _("That device is logged out.")))

    @form("/account/sessions/end-others", scope="admin")
    async def end_others(self, call: Call) -> Redirect:
        await self._sessions.revoke_others(call.principal)
        return Redirect("/account/sessions", notice=Notice("good", _("All other devices are logged out.")))


class TokenPages:
    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    @page("/account/tokens", scope="admin")
    async def show(self, call: Call) -> Html:
        return await self._shown(call, NewTokenForm())

    @form("/account/tokens", scope="admin")
    async def create(self, call: Call, form: NewTokenForm) -> Html:
        """Answers with the page itself, as the secret is shown this once."""
        try:
            _token, secret = await self._tokens.create(
                call.principal, form.password, form.name, form.scopes, form.days, origin(call)
            )
        except InvalidInput as error:
            return await self._shown(call, form, error.errors)
        except Conflict as error:
            return await self._shown(call, form, atop(error))
        return await self._shown(call, NewTokenForm(), secret=secret)

    @form("/account/tokens/{id}/revoke", scope="admin")
    async def revoke(self, call: Call, id: str) -> Redirect:
        try:
            await self._tokens.revoke(call.principal, id)
        except NotFound as error:
            return Redirect("/account/tokens", notice=Notice("bad", error.message))
        return Redirect("/account/tokens", notice=Notice("good", _("The token is worth nothing any more.")))

    async def _shown(
        self, call: Call, values: NewTokenForm, errors: tuple[FieldError, ...] = (), secret: str | None = None
    ) -> Html:
        context = {
            "tokens": await self._tokens.named(call.principal),
            "values": values,
            "errors": errors,
            "secret": secret,
            "scopes": scope_options(),
            "when": when,
        }
        return Html("accounts/tokens.html", context, 422 if errors else 200)
