"""The one stream of facts: server-sent events over the outbox (WHATWG HTML section 9.2)."""

from novacast.web.realtime.limits import RealtimeLimits
from novacast.web.realtime.reference import channel, described, reference
from novacast.web.realtime.routes import RealtimeRoutes
from novacast.web.realtime.service import Realtime

__all__ = ["Realtime", "RealtimeLimits", "RealtimeRoutes", "channel", "described", "reference"]
