"""Stripe's Payment Element: a payment on a page of ours. What is typed goes from the buyer's browser to Stripe, in
frames that we can't read."""

from urllib.parse import urlsplit

from novacast.money import PayForm
from novacast.payments.stripe.intents import IntentApi
from novacast.settings import Stripe

SCRIPT = "https://js.stripe.com/v3/"
"""Only from there: docs.stripe.com/js, "Including Stripe.js"."""
_SCRIPTS = "https://js.stripe.com https://*.js.stripe.com"
_API, _FRAMES = "https://api.stripe.com", f"{_SCRIPTS} https://hooks.stripe.com"
"""docs.stripe.com/security/guide, "Content security policy"."""


class Element:
    def __init__(self, api: IntentApi, settings: Stripe) -> None:
        self.api, self._settings = api, settings

    @property
    def on(self) -> bool:
        return self._settings.element and bool(self._settings.publishable_key)

    async def form(self, intent: str) -> PayForm | None:
        """None: nothing can be paid here. Raises Unavailable."""
        secret = await self.api.secret(intent) if self.on else None
        if secret is None:
            return None
        other = _origin(self._settings.element_script)
        policy = {
            "script-src": f"'self' {other or _SCRIPTS}",
            "connect-src": f"'self' {other or _API}",
            "frame-src": other or _FRAMES,
        }
        script = self._settings.element_script or SCRIPT
        return PayForm(script, self._settings.publishable_key, secret, policy, '(self "https://js.stripe.com")')


def _origin(address: str) -> str:
    if not address:
        return ""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
