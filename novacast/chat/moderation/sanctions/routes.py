"""The way into a room for a request: with what banned people are known by again."""

from dataclasses import replace

from novacast.chat.models import Guest
from novacast.chat.services import ChatServices
from novacast.web import Call
from novacast.web.sessions import read

DEVICE = "novacast_device"
KEPT_SECONDS = 365 * 24 * 3600


async def arrive(chat: ChatServices, call: Call, room_id: str) -> Guest:
    """Raises what `Entrance.enter` does. A browser gets a cookie only where the rules ask for one, and somebody who
    could be banned is logged in."""
    if not call.principal.signed_in:
        return await chat.entrance.enter(call.principal, room_id)
    marks = chat.moderation.marks
    visit = marks.visit(call.address, read(call.request, DEVICE, secure=call.secure))
    guest = await chat.entrance.enter(call.principal, room_id, visit)
    browser = call.credentials is not None and call.credentials.session is not None
    if browser and visit.device is None and await chat.moderation.rules.wants_devices(guest):
        cookie = marks.new_cookie()
        call.set_cookie(DEVICE, cookie, KEPT_SECONDS)
        return replace(guest, visit=marks.visit(call.address, cookie))
    return guest
