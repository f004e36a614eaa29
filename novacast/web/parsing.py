"""Requests' bodies, forms and queries into models, with a limit on everything."""

import asyncio
import json
import math
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ValidationError

from novacast import i18n
from novacast.errors import FieldError, InvalidInput, Malformed, TooLarge, UnsupportedMedia
from novacast.web.problems import MOST_FIELDS
from novacast.web.validation import HUGE, words

DEPTH = 32
FIELDS = 500
LARGE = 64 * 1024
"""Bytes of JSON that may take so long to read that others must have their turn meanwhile."""
LARGEST = 2**63
"""SQLite's integers end here, and so do ours."""

M = TypeVar("M", bound=BaseModel)


class BodyReader:
    """Reads small bodies whole. `seconds` is for all of one body, so that trickling does not help."""

    def __init__(self, at_most: int, seconds: float) -> None:
        self._at_most, self._seconds = at_most, seconds

    def refuse_early(self, request: web.Request) -> None:
        """By what the head announces, before a byte is read. Raises TooLarge, UnsupportedMedia."""
        if (request.content_length or 0) > self._at_most:
            raise self._too_large()
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise UnsupportedMedia(i18n.text("Bodies are taken uncompressed here. Leave Content-Encoding out."))

    async def read(self, request: web.Request) -> bytes:
        """The whole body; a second call gives it again. Raises TooLarge, Malformed, HTTPRequestTimeout."""
        try:
            async with asyncio.timeout(self._seconds):
                return await request.read()
        except TimeoutError as error:
            raise web.HTTPRequestTimeout from error
        except web.HTTPRequestEntityTooLarge as error:
            raise self._too_large() from error
        except (web.RequestPayloadError, ConnectionError) as error:
            raise Malformed(i18n.text("The body ended before its announced end.")) from error

    async def json(self, request: web.Request, model: type[M]) -> M:
        if request.content_type != "application/json":
            raise UnsupportedMedia(i18n.text("Send this as Content-Type: application/json."))
        raw = await self.read(request)
        if len(raw) > LARGE:
            return await asyncio.to_thread(parse_json, raw, model)
        return parse_json(raw, model)

    async def form(self, request: web.Request, model: type[M]) -> M:
        if request.content_type == "multipart/form-data":
            pairs = await self._multipart(request)
        elif request.content_type == "application/x-www-form-urlencoded":
            pairs = _pairs(await self.read(request))
        else:
            raise UnsupportedMedia(i18n.text("Send this as a form."))
        return parse_fields(pairs, model, drop_empty=True)

    async def _multipart(self, request: web.Request) -> list[tuple[str, str]]:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._parts(request)
        except TimeoutError as error:
            raise web.HTTPRequestTimeout from error
        except (ValueError, AssertionError, web.RequestPayloadError, ConnectionError) as error:
            raise Malformed(i18n.text("This is no well-formed multipart form.")) from error

    async def _parts(self, request: web.Request) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        room = self._at_most
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None or len(pairs) >= FIELDS:
                raise Malformed(i18n.text("This form has parts that can't be fields."))
            if part.filename is not None:
                raise InvalidInput.field(part.name, i18n.text("Files are not taken by this form."), "file")
            value = bytearray()
            while chunk := await part.read_chunk():
                room -= len(chunk)
                if room < 0:
                    raise self._too_large()
                value += chunk
            pairs.append((part.name, _text(bytes(value))))
        return pairs

    def _too_large(self) -> TooLarge:
        return TooLarge(i18n.text("The body is larger than the {most} bytes that are taken here.", most=self._at_most))


def parse_json(raw: bytes, model: type[M]) -> M:
    """Strict: no duplicate keys (RFC 8259 section 4 leaves their meaning open), no NaN, no deep nesting."""
    return parse_chosen(_text(raw), lambda _: model)


def parse_chosen(text: str, choose: Callable[[Any], type[M]]) -> M:
    """As strictly, into the model that `choose` takes by the value."""
    whole: list[int] = []
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=lambda number: _float(number, whole)
        )
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        message = i18n.text(
            "The body is no valid JSON at line {line}, column {column}.", line=error.lineno, column=error.colno
        )
        raise Malformed(message) from error
    except ValueError as error:
        raise Malformed(i18n.text("The body is no valid JSON.")) from error
    _inspect(value)
    model = choose(value)
    try:
        return model.model_validate_json(json.dumps(value) if whole else text, strict=True)
    except ValidationError as error:
        raise invalid(error, model) from error


def parse_query(request: web.Request, model: type[M]) -> M:
    raw = request.rel_url.raw_query_string
    return parse_fields(_pairs(raw.encode("utf-8", "surrogateescape")), model, drop_empty=False)


def parse_fields(pairs: Iterable[tuple[str, str]], model: type[M], *, drop_empty: bool) -> M:
    """Names and texts into a model whose fields may be numbers, flags and lists. What is given twice must be a list.

    Browsers send an empty text for a field that was left empty: `drop_empty` lets the default stand for it.
    """
    given: dict[str, Any] = {}
    for name, text in pairs:
        field = model.model_fields.get(name)
        if drop_empty and text == "" and field is not None and not field.is_required():
            continue
        if field is not None and _is_list(field.annotation):
            given.setdefault(name, []).append(text)
        elif name in given:
            raise InvalidInput.field(name, i18n.text("This is given more than once."), "duplicate")
        else:
            given[name] = text
    _inspect(given)
    try:
        parsed = model.model_validate(given, strict=False)
    except ValidationError as error:
        raise invalid(error, model) from error
    _inspect(dict(parsed))
    return parsed


def invalid(error: ValidationError, model: type[BaseModel]) -> InvalidInput:
    """Per field, without what was sent: it may be a password. No more fields than are told: to find words for each of
    a million bytes of wrong ones would keep everybody waiting.
    """
    found = [
        FieldError(".".join(str(part) for part in item["loc"]), item["type"], words(item, model))
        for item in error.errors(include_url=False, include_input=False)[:MOST_FIELDS]
    ]
    names = ", ".join(dict.fromkeys(item.field for item in found[:5] if item.field))
    said = i18n.text("Some of this can't be accepted: {names}.", names=names) if names else found[0].message
    return InvalidInput(said, errors=found)


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS)
    except UnicodeDecodeError as error:
        raise Malformed(i18n.text("Fields must be percent-encoded UTF-8.")) from error
    except ValueError as error:
        raise Malformed(i18n.text("There are more than {most} fields.", most=FIELDS)) from error


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(i18n.text("This is not UTF-8 (byte {byte}).", byte=error.start)) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # add gives None
        raise Malformed(i18n.text("The key '{key}' stands twice in one object.", key=twice[:100]))
    return found


def _constant(name: str) -> NoReturn:
    raise Malformed(i18n.text("{name} is no JSON number.", name=name))


def _float(text: str, whole: list[int]) -> float | int:
    """5.0 is an integer to JSON Schema (draft 2020-12, section 6.1.1), so it is one here; `whole` collects such."""
    number = float(text)
    if math.isinf(number):
        raise Malformed(i18n.text("The number {number} is too large.", number=text[:50]))
    if not number.is_integer():
        return number
    whole.append(int(number))
    return whole[-1]


_Path = tuple["_Path", object] | None
"""Where a value stands: its parent's path and its key. Written out only for an error."""


def _inspect(value: Any) -> None:
    """Refuse what parses but no store or page can hold: deep nesting, huge integers, null and half characters."""
    level: list[tuple[_Path, Any]] = [(None, value)]
    for _ in range(DEPTH + 1):
        below: list[tuple[_Path, Any]] = []
        for path, item in level:
            if isinstance(item, dict):
                for key, each in item.items():
                    _check(key, path)
                    below.append(((path, key), each))
            elif isinstance(item, (list, tuple)):
                below += [((path, n), each) for n, each in enumerate(item)]
            else:
                _check(item, path)
        if not below:
            return
        level = below
    raise _too_deep()


def _too_deep() -> Malformed:
    return Malformed(i18n.text("The JSON is nested deeper than {most} levels.", most=DEPTH))


def _check(item: Any, path: _Path) -> None:
    if isinstance(item, str):
        if "\x00" in item:
            raise InvalidInput.field(_dotted(path), i18n.text("Null characters are not taken."), "null_character")
        try:
            item.encode()
        except UnicodeEncodeError as error:
            message = i18n.text("This text holds half of a character (a lone surrogate).")
            raise InvalidInput.field(_dotted(path), message, "surrogate") from error
    elif isinstance(item, int) and not -LARGEST <= item < LARGEST:
        raise InvalidInput.field(_dotted(path), HUGE, "too_large")


def _dotted(path: _Path) -> str:
    parts: list[str] = []
    while path is not None:
        parts.append(str(path[1]).encode("utf-8", "replace").decode()[:100])
        path = path[0]
    return ".".join(reversed(parts))


def _is_list(annotation: Any) -> bool:
    if get_origin(annotation) in (list, tuple, set, frozenset):
        return True
    return any(get_origin(part) in (list, tuple, set, frozenset) for part in get_args(annotation))
