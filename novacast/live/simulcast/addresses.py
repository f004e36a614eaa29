"""Where a target's name leads to: looked up once, judged, and then only that address is called."""

import asyncio
import socket

from novacast.errors import Forbidden, Unavailable
from novacast.i18n import text
from novacast.live.targets.models import Address, inside
from novacast.security.addresses import public

LOOK_UP_SECONDS = 10.0


async def look_up(address: Address, *, private: bool) -> str:
    """`private`: whether it may be inside the server's own network. Raises Unavailable, Forbidden."""
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(
                address.host, address.port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP
            )
    except (OSError, TimeoutError, UnicodeError) as error:
        raise Unavailable(text("There is no address for {host}.", host=address.host)) from error
    addresses = [str(one[4][0]) for one in found]
    if not addresses:
        raise Unavailable(text("There is no address for {host}.", host=address.host))
    if not private and not all(public(one) for one in addresses):
        raise Forbidden(inside())
    return addresses[0]
