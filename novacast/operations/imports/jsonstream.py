"""JSON that is larger than memory: its members one after the other. Reads what RFC 8259 has, and nothing beside it."""

import json
from collections.abc import Iterator
from typing import IO, Any

from novacast.errors import Malformed, TooLarge
from novacast.i18n import text

PIECE = 256 * 1024
LARGEST = 8 * 2**20
"""Characters of one value that is read whole."""
DEPTH = 64
_SPACE = " \t\r\n"
_decoder = json.JSONDecoder(parse_float=str)


class JsonStream:
    """Over a file that was opened as text. Walk into objects by `members`, into arrays by `elements`; `value` reads
    whole what is small, `skip` passes by. Whoever is given a member or an element takes it by one of these. Raises
    Malformed, TooLarge.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file, self._buffer, self._at, self._ended = file, "", 0, False

    def peek(self) -> str:
        """The next sign that is no space; empty at the end."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._buffer) or not self._more():
                return self._buffer[self._at : self._at + 1]

    def members(self) -> Iterator[str]:
        """Names of an object's members."""
        self._sign("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            name = self.value()
            if not isinstance(name, str):
                raise _broken()
            self._sign(":")
            yield name
            if self._one_of(",}") == "}":
                return

    def elements(self) -> Iterator[None]:
        self._sign("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield
            if self._one_of(",]") == "]":
                return

    def value(self) -> Any:
        """Fractions stay texts, so that no cent is lost."""
        self.peek()
        while True:
            try:
                found, end = _decoder.raw_decode(self._buffer, self._at)
            except (json.JSONDecodeError, RecursionError) as error:
                if self._more():
                    continue
                raise _broken() from error
            # A number may go on in what is not read yet.
            if end == len(self._buffer) and self._more():
                continue
            self._at = end
            return found

    def skip(self, depth: int = 0) -> None:
        """Whatever comes, however long."""
        if depth > DEPTH:
            raise _broken()
        match self.peek():
            case "{":
                for _name in self.members():
                    self.skip(depth + 1)
            case "[":
                for _ in self.elements():
                    self.skip(depth + 1)
            case _:
                self.value()

    def _sign(self, wanted: str) -> None:
        self._one_of(wanted)

    def _one_of(self, wanted: str) -> str:
        found = self.peek()
        if not found or found not in wanted:
            raise _broken()
        self._at += 1
        return found

    def _more(self) -> bool:
        if self._ended:
            return False
        rest = self._buffer[self._at :]
        if len(rest) > LARGEST:
            raise TooLarge(text("One value of this JSON is larger than is taken here."))
        # As much again as is there: what is read anew of a long value costs no more than twice its length.
        piece = self._file.read(max(PIECE, len(rest)))
        self._ended = not piece
        self._buffer, self._at = rest + piece, 0
        return bool(piece)


def _broken() -> Malformed:
    return Malformed(text("This file is no whole JSON."))
