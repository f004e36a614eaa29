"""Messages and rooms as JSON values, the same over WebSocket, SSE and HTTP. What is empty is left out."""

import json
from collections.abc import Mapping
from typing import Any

from novacast.chat import markup
from novacast.chat.models import Badge, Guest, Links, Message, Poll, Room, Silenced, State, Who
from novacast.clock import SECOND, iso

VERSION = 1


def encoded(value: Mapping[str, Any]) -> bytes:
    """What a refusal repeats of what a client made up may hold halves of letters (surrogates), which are no UTF-8."""
    return _json(value).encode(errors="replace")


_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def message(one: Message, *, reveal: bool = False) -> dict[str, Any]:
    """`reveal`: what was deleted too, for those who moderate."""
    shown: dict[str, Any] = {"id": one.id, "seq": one.seq, "kind": one.kind.value, "sent_at": iso(one.sent_at)}
    if one.notice is not None:
        shown["notice"] = one.notice.value
    if one.changed_seq != one.seq:
        shown["changed"] = one.changed_seq
    if one.state is not State.SHOWN:
        shown["state"] = one.state.value
    shown["author"] = author(one.person_id, one.name, one.badges)
    if one.state is not State.DELETED or reveal:
        shown |= _said(one)
    if one.at is not None:
        shown["at"] = round(one.at / SECOND, 3)
    return shown


def _said(one: Message) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": one.text}
    parts = markup.parts(one.text, one.mentions)
    if parts != [one.text]:
        shown["body"] = parts
    if one.reply_to is not None:
        shown["reply_to"] = one.reply_to
    if one.edited_at is not None:
        shown["edited_at"] = iso(one.edited_at)
    if one.reactions:
        shown["reactions"] = dict(one.reactions)
    if one.poll is not None:
        shown["poll"] = poll(one.poll)
    return shown


def author(person_id: str | None, name: str, badges: tuple[Badge, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": name}
    if person_id is not None:
        shown["id"] = person_id
    if badges:
        shown["badges"] = [badge(one) for one in badges]
    return shown


def badge(one: Badge) -> dict[str, str]:
    return {"kind": one.kind, "label": one.label} if one.label else {"kind": one.kind}


def poll(one: Poll) -> dict[str, Any]:
    options = [{"text": text, "votes": votes} for text, votes in zip(one.options, one.votes, strict=True)]
    shown: dict[str, Any] = {"options": options}
    if one.closes_at is not None:
        shown["closes_at"] = iso(one.closes_at)
    if one.closed_at is not None:
        shown["closed_at"] = iso(one.closed_at)
    return shown


def room(one: Room, pinned: Message | None, asked: Message | None) -> dict[str, Any]:
    """`pinned` and `asked` (the poll) where the room has them and they are still there."""
    shown: dict[str, Any] = {"id": one.id, "seq": one.seq, "slow_seconds": one.slow_seconds}
    if one.who is not Who.EVERYONE:
        shown["who"] = one.who.value
    if one.links is not Links.ALLOWED:
        shown["links"] = one.links.value
    if pinned is not None and pinned.state is State.SHOWN:
        shown["pinned"] = message(pinned)
    if asked is not None and asked.state is State.SHOWN:
        shown["poll"] = message(asked)
    return shown


def silenced(one: Silenced) -> dict[str, Any]:
    shown: dict[str, Any] = {"kind": one.kind}
    if one.until is not None:
        shown["until"] = iso(one.until)
    if one.reason:
        shown["reason"] = one.reason
    return shown


def guest(one: Guest) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": one.name, "writes": one.writes, "moderates": one.moderates}
    if one.person_id is not None:
        shown["id"] = one.person_id
    if one.badges:
        shown["badges"] = [badge(each) for each in one.badges]
    if one.silenced is not None:
        shown["silenced"] = silenced(one.silenced)
    return shown
