"""What the server says: protocol control messages (Adobe's specification 5.4), user control (7.1.7) and commands."""

from collections.abc import Sequence

from novacast.live.rtmp import amf0

WINDOW = 2_500_000
"""Bytes that may be under way without an acknowledgement, either way."""
CHUNK = 65_536
"""Our chunk size. It is told before any reply of more than 128 bytes: OBS reads those by the size that holds then."""
DYNAMIC = 2
"""Limit type of Set Peer Bandwidth (5.4.5)."""
LONGEST = 1000
"""Characters of a description."""

SET_CHUNK_SIZE, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW_SIZE, PEER_BANDWIDTH = 1, 3, 4, 5, 6
COMMAND = 20
STREAM_BEGIN, PING, PONG = 0, 6, 7
_CONTROL_STREAM, _COMMAND_STREAM = 2, 3


def message(chunk_stream: int, kind: int, stream: int, data: bytes) -> bytes:
    """One message as one chunk of format 0, which `CHUNK` has room for."""
    head = bytes((chunk_stream, 0, 0, 0)) + len(data).to_bytes(3, "big") + bytes((kind,))
    return head + stream.to_bytes(4, "little") + data


def control(kind: int, number: int, *more: int) -> bytes:
    return message(_CONTROL_STREAM, kind, 0, (number & 0xFFFFFFFF).to_bytes(4, "big") + bytes(more))


def user_control(event: int, data: bytes) -> bytes:
    return message(_CONTROL_STREAM, USER_CONTROL, 0, event.to_bytes(2, "big") + data)


def command(stream: int, *values: object) -> bytes:
    return message(_COMMAND_STREAM, COMMAND, stream, amf0.written(*values))


def connected(transaction: float, codecs: Sequence[str]) -> bytes:
    """The answer to `connect`. `codecs`: the FourCCs that the encoder offered (enhanced RTMP), said back."""
    enhanced = {"fourCcList": list(codecs)} if codecs else {}
    properties = {"fmsVer": "FMS/3,5,7,7009", "capabilities": 31, "mode": 1, **enhanced}
    info = {
        "level": "status",
        "code": "NetConnection.Connect.Success",
        "description": "Connection succeeded.",
        "objectEncoding": 0,
        **enhanced,
    }
    before = control(WINDOW_SIZE, WINDOW) + control(PEER_BANDWIDTH, WINDOW, DYNAMIC) + control(SET_CHUNK_SIZE, CHUNK)
    return before + command(0, "_result", transaction, properties, info)


def status(stream: int, level: str, code: str, description: str) -> bytes:
    about = {"level": level, "code": code, "description": description[:LONGEST]}
    return command(stream, "onStatus", 0, None, about)
