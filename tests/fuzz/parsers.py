"""Every parser of ours that reads what somebody else wrote, and has no test of this kind beside it.

Beside their code stand those of RTMP (chunks, AMF, FLV of encoders), boxes and fragments of MP4, playlists, captions,
chapters, heads of tus, spreadsheets of seats, codes of tickets, WebSocket frames, certificates and settings that are
edited. RTP, STUN, DTLS and MPEG-TS are read by libraries.
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import SimpleNamespace
from typing import Any

from aiohttp.test_utils import make_mocked_request
from hypothesis import strategies as st
from pydantic import BaseModel

from novacast.accounts.oidc.models import Metadata, Told
from novacast.accounts.people.models import EmailAddress, clean_language, clean_name
from novacast.accounts.scim import filters, patching, store
from novacast.accounts.scim.models import GivenGroup, GivenUser
from novacast.chat.socket import bodies
from novacast.database import keyset
from novacast.errors import (
    BadSettings,
    InvalidInput,
    Malformed,
    MediaFailure,
    TooLarge,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)
from novacast.icalendar import Entry as CalendarEntry
from novacast.icalendar import calendar_file
from novacast.importing import Kind as Imported
from novacast.limits import network
from novacast.live import flv
from novacast.live.broadcast.lineup import Lineup
from novacast.live.srt.encryption import MediaKeys
from novacast.live.srt.greeting import Refused, wish
from novacast.live.srt.limits import Limits
from novacast.live.srt.packets import Handshake
from novacast.live.srt.streamid import read_stream_id
from novacast.live.webrtc import offers
from novacast.media import sniff, transcription
from novacast.operations.backups.models import Entry, Head
from novacast.operations.imports import mapping, reading
from novacast.playback.delivery.conditions import decide
from novacast.security import envelopes, idtokens, passkeys
from novacast.security.idtokens import Identity, Keys
from novacast.security.jwt import AccessClaims
from novacast.settings import load
from novacast.texts import printable
from novacast.web import moderations, templates
from novacast.web.parsing import parse_fields, parse_json
from novacast.web.protection import safe_next
from novacast.web.realtime.wishes import Wish
from tests.fakes.authenticator import text
from tests.fuzz.given import WORDS, documents, heads, raw, words
from tests.fuzz.samples import (
    ACCESS,
    CHALLENGE,
    DISCOVERED,
    FLV,
    HANDSHAKE,
    JUDGED,
    JWKS,
    KEY,
    MADE,
    OFFER,
    PARTY,
    PATCH,
    PROVISIONED,
    PUBLIC,
    READER,
    SEALED,
    SHOP,
    SIGNER,
    SPEECH,
    TABLE,
    USED,
)


@dataclass(frozen=True)
class Parser:
    given: st.SearchStrategy[Any]
    read: Callable[[Any], object]
    refuses: tuple[type[Exception], ...] = ()
    """With what it says that something is wrong; nothing else may come out of it."""


ENTRY = {"p": "media/a", "s": 1, "m": 2, "i": 3, "h": ["0" * 64]}
HEADERS = ("Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since")
VALUES_OF_HEADERS = (
    "bytes=0-10",
    "bytes=-5",
    "bytes=5-",
    '"tag"',
    'W/"tag", "b"',
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "*",
)


class Given(BaseModel):
    name: str = ""
    number: int = 0
    many: list[str] = []
    below: dict[str, float] | None = None


@dataclass(frozen=True)
class File:
    size: int = 1000
    etag: str = '"tag"'
    seconds: int | None = 1_445_412_480


def token_of(alg: str) -> str:
    head, claims = ({"alg": alg, "kid": "1"}, {"iss": "https://a.example", "aud": "us", "exp": 2, "iat": 1, "sub": "u"})
    return ".".join(text(part) for part in (json.dumps(head).encode(), json.dumps(claims).encode(), bytes(64)))


def id_token(given: tuple[str, str]) -> object:
    token, keys = given
    return idtokens.read(
        token, Keys(as_json(keys)), issuer="https://a.example", client_id="us", nonce="n", now=1_000_000
    )


def as_json(told: str) -> Any:
    try:
        return json.loads(told)
    except (ValueError, RecursionError):
        return None


def object_of(told: str) -> dict[str, Any]:
    found = as_json(told)
    return found if isinstance(found, dict) else {}


def settings_file(told: str) -> object:
    with NamedTemporaryFile(suffix=".toml") as file:
        Path(file.name).write_text(told, encoding="utf-8", errors="replace")
        return load(Path(file.name), {"HOME": "/tmp"})


def imported(given: tuple[bytes, Imported]) -> None:
    raw, kind = given
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(raw)
        for row in reading.rows(Path(file.name), kind):
            assert all("\0" not in one and one.encode() is not None for one in row.cells.values())


def provisioned(given: tuple[str, str]) -> None:
    document, patch = map(object_of, given)
    found = patching.patched(document, patch)
    GivenGroup.of(found)
    GivenUser.of(found)


def ranges(given: tuple[str, dict[str, str]]) -> None:
    method, headers = given
    verdict = decide(method, headers, File())
    assert verdict.status in (200, 206, 304, 412, 416)
    assert 0 <= verdict.start <= verdict.stop <= File.size


def goes_on_here(target: str) -> None:
    """No browser takes it for another site's: it is one slash and what follows, without what could hide a second."""
    found = safe_next(target)
    assert found.startswith("/")
    assert found[1:2] not in ("/", "\\")
    assert not any(sign <= " " or sign == "\x7f" for sign in found)


def notice(cookie: str) -> None:
    """Of a browser's cookie: nothing, or words of one of three kinds."""
    request = make_mocked_request("GET", "/", headers={"Cookie": f"{templates.NOTICE}={cookie}"})
    found = templates._notice(request, SimpleNamespace(client=SimpleNamespace(secure=False)))  # type: ignore[arg-type]  # of a state, all it looks at
    assert found is None or found.kind in ("good", "bad", "note")


def calendar(given: tuple[str, str, str]) -> None:
    """Whatever people call things: no line of theirs is taken for one of ours."""
    title, description, place = map(printable, given)
    entry = CalendarEntry(uid="u", changed_at=0, start=0, end=1, title=title, description=description, place=place)
    lines = calendar_file("novacast", [entry]).split("\r\n")
    assert [one.split(":")[0] for one in lines if one.startswith(("BEGIN", "END", "UID"))].count("BEGIN") == 2
    assert all(one == "" or one[0] == " " or one[0].isupper() for one in lines)
    assert all(len(one.encode()) <= 75 for one in lines)
    assert not any("\n" in one or "\r" in one for one in lines)


def tags(pieces: list[bytes]) -> None:
    reader = flv.TagReader(10_000)
    for piece in pieces:
        reader.feed(piece)
    assert len(reader._data) <= 10_000 + len(flv.HEADER) + sum(map(len, pieces[-1:])) + 64


PARSERS: Mapping[str, Parser] = {
    "SRT: handshake": Parser(raw(HANDSHAKE), Handshake.read, (Malformed,)),
    "SRT: what is asked for": Parser(
        raw(HANDSHAKE), lambda data: wish(Handshake.read(data), Limits(passphrase="ten letters")), (Malformed, Refused)
    ),
    "SRT: stream id": Parser(raw(b"#!::r=key,m=publish", b"live/key"), read_stream_id, (Malformed,)),
    "SRT: keys": Parser(raw(KEY), lambda data: MediaKeys("ten letters").learn(data), (InvalidInput, Unauthenticated)),
    "FLV: tags": Parser(st.lists(raw(FLV), min_size=1, max_size=4), tags, (Malformed, TooLarge)),
    "SDP: offers": Parser(words(OFFER), offers.check, (InvalidInput,)),
    "SDP: addresses": Parser(words(OFFER), offers.without_addresses),
    "media: first bytes": Parser(raw(b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypmp42", b"G" * 400), sniff.container_of),
    "media: speech": Parser(
        documents(SPEECH), lambda told: transcription.read_answer(told.encode("utf-8", "replace")), (MediaFailure,)
    ),
    "live: lineup": Parser(documents(), Lineup.of_json, (ValueError,)),
    "chat: actions": Parser(documents({"type": "send", "text": "hello", "ref": "1"}), bodies.read, (InvalidInput,)),
    "chat: judgements": Parser(
        documents(JUDGED), lambda told: moderations.read_answer(told.encode("utf-8", "replace"), 1), (Unavailable,)
    ),
    "web: JSON": Parser(
        documents({"name": "a", "number": 1, "many": ["b"], "below": {"c": 1.5}}),
        lambda told: parse_json(told.encode("utf-8", "surrogateescape"), Given),
        (InvalidInput,),
    ),
    "web: fields": Parser(
        st.lists(st.tuples(st.sampled_from(("name", "number", "many", "x")), words("1", "9" * 30)), max_size=6),
        lambda pairs: parse_fields(pairs, Given, drop_empty=True),
        (InvalidInput,),
    ),
    "web: ranges": Parser(
        st.tuples(
            st.sampled_from(("GET", "HEAD")), st.dictionaries(st.sampled_from(HEADERS), heads(*VALUES_OF_HEADERS))
        ),
        ranges,
    ),
    "web: where to go next": Parser(
        heads("/watch/1?at=2", "//evil.example", "/\\evil.example", "/\t/evil.example"), goes_on_here
    ),
    "web: wishes": Parser(words("video.ready,programme:ID"), Wish.read, (InvalidInput,)),
    "web: cursors": Parser(words("WzEsImEiXQ"), lambda told: keyset(told, int, str), (InvalidInput,)),
    "web: networks": Parser(heads("203.0.113.7", "2001:db8::1%eth0", "::ffff:1.2.3.4"), network),
    "web: notices": Parser(words("WyJnb29kIiwiU2F2ZWQuIl0", "eyJhIjoxfQ"), notice),
    "calendars: what is written into them": Parser(st.tuples(WORDS, WORDS, WORDS), calendar),
    "people: addresses": Parser(words("ada@example.org", "jürgen@müller.de"), EmailAddress.parse, (InvalidInput,)),
    "people: names": Parser(words("Ada Byron"), clean_name, (InvalidInput,)),
    "people: languages": Parser(words("de-AT"), clean_language, (InvalidInput,)),
    "tokens: signed": Parser(heads(SIGNER.sign(b"x")), SIGNER.verify, (Unauthenticated,)),
    "tokens: access": Parser(
        heads(ACCESS.issue(AccessClaims("p", "s", 2_000_000), 1)), lambda told: ACCESS.read(told, 1), (Unauthenticated,)
    ),
    "tokens: identity": Parser(
        st.tuples(heads(*(token_of(alg) for alg in ("ES256", "EdDSA", "RS256", "none", "HS256"))), documents(JWKS)),
        id_token,
        (Unauthenticated,),
    ),
    "log-in provider: itself": Parser(
        documents(DISCOVERED), lambda told: Metadata.of("https://a.example", object_of(told)), (ValueError,)
    ),
    "log-in provider: people": Parser(
        documents(
            {"email": "ada@example.org", "email_verified": True, "name": "Ada", "locale": "de_AT", "groups": ["a"]}
        ),
        lambda told: Told.of(Identity("i", "s", object_of(told)), "groups", trust=False),
    ),
    "imports: files": Parser(
        st.tuples(raw(TABLE, TABLE.decode("utf-8-sig").encode("utf-16"), SHOP), st.sampled_from(Imported)),
        imported,
        (InvalidInput, Malformed, TooLarge, UnsupportedMedia),
    ),
    "imports: mappings": Parser(
        documents({"source": "a", "columns": {"name": "Name"}, "values": {"role": {"a": "b"}}, "items": {"a": 1}})
        | words('[columns]\nname = "Name"\n[values.role]\n"a" = "viewer"\n'),
        lambda told: mapping.document(mapping.read(told.encode("utf-8", "surrogateescape"), Imported.USERS)),
        (InvalidInput,),
    ),
    "SCIM: filters": Parser(
        words(
            'userName eq "ada" and not (emails[type eq "work"] or active eq true)', 'meta.created gt "2026-01-01T00"'
        ),
        lambda told: store._where(filters.parsed(told), store._USER_COLUMNS),
        (InvalidInput,),
    ),
    "SCIM: patches": Parser(st.tuples(documents(PROVISIONED), documents(PATCH)), provisioned, (InvalidInput,)),
    "passkeys: new": Parser(
        documents(MADE), lambda told: passkeys.registered(PARTY, CHALLENGE, object_of(told)), (InvalidInput,)
    ),
    "passkeys: attestations": Parser(
        raw(passkeys._bytes(MADE["response"]["attestationObject"])).map(
            lambda data: {**MADE, "response": {**MADE["response"], "attestationObject": text(data)}}
        ),
        lambda told: passkeys.registered(PARTY, CHALLENGE, told),
        (InvalidInput,),
    ),
    "passkeys: used": Parser(
        documents(USED),
        lambda told: (
            passkeys.credential_of(object_of(told)),
            passkeys.handle_of(object_of(told)),
            passkeys.asserted(PARTY, CHALLENGE, object_of(told), PUBLIC, verify=True),
        ),
        (InvalidInput,),
    ),
    "settings": Parser(words('[server]\nport = 8080\n[live]\nclips = "members"\n'), settings_file, (BadSettings,)),
    "backups: files": Parser(
        raw(SEALED), lambda data: list(envelopes.opened(READER, "fuzz", io.BytesIO(data))), (Unavailable,)
    ),
    "backups: keys": Parser(words(READER.text(), READER.writer().text()), envelopes.reader_key, (InvalidInput,)),
    "backups: entries": Parser(
        documents(ENTRY), lambda told: Entry.read(told.encode("utf-8", "surrogateescape")), (Unavailable,)
    ),
    "backups: heads": Parser(
        documents({"format": 1}), lambda told: Head.read(told.encode("utf-8", "surrogateescape")), (Unavailable,)
    ),
}
