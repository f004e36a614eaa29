"""Why a caller is refused, in numbers that it shows: SRT's rejection codes, added to 1000 in a handshake's kind."""

from enum import IntEnum

from novacast.errors import Forbidden, NovaCastError, RateLimited, Unauthenticated


class Rejection(IntEnum):
    SYSTEM = 1001
    RESOURCE = 1003
    ROGUE = 1004
    VERSION = 1008
    BAD_SECRET = 1010
    UNSECURE = 1011
    MESSAGE_API = 1012
    CONGESTION = 1013
    FILTER = 1014
    GROUP = 1015
    CRYPTO = 1017
    BAD_REQUEST = 2400
    UNAUTHORIZED = 2401
    OVERLOAD = 2402
    FORBIDDEN = 2403
    BAD_MODE = 2405
    DOWN = 2503


def rejection(error: NovaCastError) -> Rejection:
    """Of what the gate said."""
    match error:
        case Unauthenticated():
            return Rejection.UNAUTHORIZED
        case Forbidden():
            return Rejection.FORBIDDEN
        case RateLimited():
            return Rejection.OVERLOAD
        case _:
            return Rejection.DOWN
