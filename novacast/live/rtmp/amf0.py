"""AMF0 (Adobe's Action Message Format 0, 2007), as commands and metadata of RTMP are written.

Numbers are floats, objects and ECMA arrays dicts, strict arrays lists; dates are their milliseconds. What has no use
in a command (undefined, references, unsupported) is read as None.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from novacast.errors import Malformed
from novacast.i18n import text

Value: TypeAlias = "float | bool | str | dict[str, Value] | list[Value] | None"

DEEPEST = 16
"""Objects within objects. Encoders send two."""
MOST = 4096
"""Values in one message, however they are nested."""

_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED, _REFERENCE = 0, 1, 2, 3, 5, 6, 7
_ECMA_ARRAY, _END, _STRICT_ARRAY, _DATE, _LONG_STRING, _UNSUPPORTED, _XML, _TYPED = 8, 9, 10, 11, 12, 13, 15, 16
_NOTHING = (_NULL, _UNDEFINED, _UNSUPPORTED)

_DOUBLE, _U16, _U32 = struct.Struct(">d"), struct.Struct(">H"), struct.Struct(">I")


def read(data: bytes) -> list[Value]:
    """Every value of a message. Raises Malformed."""
    reader = _Reader(data)
    found = []
    try:
        while reader.at < len(data):
            found.append(reader.value(0))
    except (struct.error, IndexError) as error:
        raise Malformed(text("The encoder sent a command that is cut off.")) from error
    return found


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data, self._left = data, MOST

    def value(self, depth: int) -> Value:
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            raise Malformed(text("The encoder sent a command that is larger than any should be."))
        kind = self._byte()
        if kind in (_OBJECT, _ECMA_ARRAY, _STRICT_ARRAY, _TYPED):
            return self._nested(kind, depth)
        return self._simple(kind)

    def _simple(self, kind: int) -> Value:
        if kind == _NUMBER:
            return self._double()
        if kind == _BOOLEAN:
            return self._byte() != 0
        if kind == _STRING:
            return self._text(_U16)
        if kind in (_LONG_STRING, _XML):
            return self._text(_U32)
        if kind == _DATE:
            moment = self._double()
            self._take(2)  # a time zone, which the specification reserves
            return moment
        if kind == _REFERENCE:
            self._take(2)
        elif kind not in _NOTHING:
            raise Malformed(text("The encoder sent a command in a form that is not known here."))
        return None

    def _nested(self, kind: int, depth: int) -> Value:
        if kind == _STRICT_ARRAY:
            (count,) = _U32.unpack(self._take(4))
            # Each value takes a byte at least: a count alone makes no list longer than what was sent.
            if count > len(self._data) - self.at:
                raise IndexError
            return [self.value(depth + 1) for _ in range(count)]
        if kind == _ECMA_ARRAY:
            self._take(4)  # how many there are is a guess of the sender's; the end mark counts
        elif kind == _TYPED:
            self._text(_U16)
        return self._members(depth)

    def _members(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while True:
            name = self._text(_U16)
            if not name and self._data[self.at] == _END:
                self.at += 1
                return found
            found[name] = self.value(depth + 1)

    def _byte(self) -> int:
        byte = self._data[self.at]
        self.at += 1
        return byte

    def _take(self, size: int) -> bytes:
        piece = self._data[self.at : self.at + size]
        if len(piece) < size:
            raise IndexError
        self.at += size
        return piece

    def _double(self) -> float:
        number: float = _DOUBLE.unpack(self._take(8))[0]
        return number

    def _text(self, size: struct.Struct) -> str:
        (length,) = size.unpack(self._take(size.size))
        return self._take(length).decode("utf-8", "replace")


def written(*values: object) -> bytes:
    """Numbers, booleans, strings, None, mappings and sequences, one after the other."""
    out = bytearray()
    for value in values:
        _write(out, value)
    return bytes(out)


def _write(out: bytearray, value: object) -> None:
    if value is None:
        out.append(_NULL)
    elif isinstance(value, bool):
        out += bytes((_BOOLEAN, value))
    elif isinstance(value, (int, float)):
        out.append(_NUMBER)
        out += _DOUBLE.pack(value)
    elif isinstance(value, str):
        _write_text(out, value)
    elif isinstance(value, Mapping):
        out.append(_OBJECT)
        for name, one in value.items():
            out += _short(name)
            _write(out, one)
        out += bytes((0, 0, _END))
    elif isinstance(value, Sequence):
        out.append(_STRICT_ARRAY)
        out += _U32.pack(len(value))
        for one in value:
            _write(out, one)
    else:
        raise TypeError(f"AMF0 has nothing for a {type(value).__name__}")


def _write_text(out: bytearray, value: str) -> None:
    encoded = value.encode()
    if len(encoded) > 0xFFFF:
        out.append(_LONG_STRING)
        out += _U32.pack(len(encoded)) + encoded
    else:
        out.append(_STRING)
        out += _U16.pack(len(encoded)) + encoded


def _short(name: object) -> bytes:
    encoded = str(name).encode()[:0xFFFF]
    return _U16.pack(len(encoded)) + encoded
