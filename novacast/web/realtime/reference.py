"""What can be heard, for people and for programs: the events in the API's document, and a page of the manual."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from novacast.identity import Action
from novacast.topics import Schema, Topic
from novacast.web.asyncapi import Channel

PATH = "/api/v1/realtime"
_MARKS = {
    "ready": "The stream begins here; `id` is that of the newest fact.",
    "reset": "What was missed is no longer kept: fetch anew what you show. `id` is that of the newest fact.",
}


def described(document: dict[str, Any], topics: Iterable[Topic]) -> dict[str, Any]:
    """An OpenAPI document with the shape of every event. OpenAPI 3.1 has no words for streams: each member of `oneOf`
    is one event as a browser's EventSource hands it over, its `data` read as JSON."""
    schemas = {f"event.{name}": schema for name, schema in _events(topics).items()}
    document["components"]["schemas"].update(schemas)
    document["paths"][PATH]["get"]["responses"]["200"] = {
        "description": "An endless stream of events.",
        "content": {
            "text/event-stream": {"schema": {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in schemas]}}
        },
    }
    return document


def channel(topics: Iterable[Topic]) -> Channel:
    """The stream as AsyncAPI has it."""
    about = "Facts as they happen, as server-sent events. Come back with the last `id` as the header `Last-Event-ID`."
    return Channel(name="realtime", address=PATH, about=about, events=_events(topics))


def _events(topics: Iterable[Topic]) -> dict[str, Schema]:
    made = {name: _event(name, about, _empty(), id_=True) for name, about in _MARKS.items()}
    for topic in topics:
        made[topic.name] = _event(topic.name, _sentence(topic), _data(topic), id_=topic.kept)
    return made


def _event(name: str, about: str, data: Schema, *, id_: bool) -> Schema:
    properties: dict[str, Any] = {"event": {"const": name}, "data": data}
    if id_:
        properties["id"] = {"type": "string", "pattern": "^[0-9]+$"}
    return {"type": "object", "description": about, "properties": properties, "required": sorted(properties)}


def _data(topic: Topic) -> Schema:
    properties = {
        "subject": {"type": "string", "description": "Id of what it is about."},
        "at": {"type": "string", "format": "date-time"},
        "payload": {**_empty(), "properties": dict(topic.payload), "required": sorted(topic.payload)},
    }
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _empty() -> Mapping[str, Any]:
    return {"type": "object"}


def _sentence(topic: Topic) -> str:
    return f"{topic.about} Heard by {_hearers(topic)}."


def _hearers(topic: Topic) -> str:
    if topic.personal:
        return "the person themselves"
    members = "members" if topic.action is Action.ORG_VIEW else f"members who may `{topic.action.value}`"
    return f"{members}, and who may look at it and asks for its id" if topic.viewers else members


def reference(topics: Iterable[Topic]) -> str:
    return "\n".join(_page(list(topics))) + "\n"


def _page(topics: list[Topic]) -> Iterator[str]:
    yield "# Events"
    yield ""
    yield f"What `GET {PATH}` tells, by topic. [Following what happens](../guide/realtime.md) says how to listen."
    yield "Where a fact is public, everyone hears it, and of what is somebody's own, that person; else those who are"
    yield "named here. A topic *of the moment* has no id and is not told again to who comes back."
    noun = ""
    for topic in sorted(topics, key=lambda topic: topic.name):
        if (mine := topic.name.partition(".")[0]) != noun:
            noun = mine
            yield from ("", f"## {noun}", "", "| topic | tells | payload | heard by |", "|---|---|---|---|")
        moment = "" if topic.kept else " *Of the moment.*"
        yield f"| `{topic.name}` | {topic.about}{moment} | {_fields(topic)} | {_hearers(topic)} |"


def _fields(topic: Topic) -> str:
    return "; ".join(
        f"`{name}` {schema.get('description', '').rstrip('.')}".strip() for name, schema in topic.payload.items()
    )
