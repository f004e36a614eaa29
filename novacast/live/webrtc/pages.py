"""The page from which a browser goes on air. Without scripts it tells how another encoder does."""

from typing import Any

from novacast.live.channels.pages import CHANNEL
from novacast.live.channels.service import Channels
from novacast.live.keys.obs import WHIP, Ingest, encoder_setup
from novacast.live.models import Channel, Programme
from novacast.live.programmes.service import Programmes
from novacast.live.words import state_badge, wanted_name
from novacast.web import Call, Html, page
from novacast.web.secure_context import secure_context

DEVICES = {"camera": "(self)", "microphone": "(self)", "display-capture": "(self)"}
KEY_SECONDS = 12 * 3600
"""Of the key that the page makes for itself: longer than an evening, and short should it never come to revoke it."""
SIZES = (1080, 720, 480, 360)
RATES = (25, 30, 50, 60)


class GoLivePages:
    def __init__(self, channels: Channels, programmes: Programmes, ingest: Ingest) -> None:
        self._channels = channels
        self._programmes = programmes
        self._ingest = ingest

    @page(f"{CHANNEL}/go-live")
    async def show(self, call: Call, channel_id: str) -> Html:
        detail = await self._channels.produced(call.principal, channel_id)
        shown = await self._programmes.schedule(call.principal, channel_id, coming=0, gone=0)
        context = {
            "whip": WHIP if self._ingest.whip else "",
            "secure": secure_context(call),
            "encoder": encoder_setup(self._ingest, detail.channel),
            **_sent(),
            **_shown(detail.channel, shown.now),
        }
        return Html("live/go_live.html", context, permissions=DEVICES)


def _sent() -> dict[str, Any]:
    return {"key_seconds": KEY_SECONDS, "sizes": SIZES, "rates": RATES}


def _shown(channel: Channel, programme: Programme | None) -> dict[str, Any]:
    """`programme`: what is on air."""
    if programme is None:
        return {"channel": channel, "programme": None}
    state, kind = state_badge(programme.state)
    wanted = wanted_name(programme.wanted)
    return {"channel": channel, "programme": programme, "state": state, "kind": kind, "wanted": wanted}
