"""What integrators may hear: topics under names with a version, and how thin what is told of each is.

A name with its version always means the same shape: a field may be added, none goes or changes. Another shape is
another version beside it, told as long as the old one is listened to.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any

from novacast.clock import iso
from novacast.outbox import Event
from novacast.records import dataclass
from novacast.topics import Topic

TEST = "webhook.test.v1"
"""Sent when somebody asks for it, to whoever they ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    name: str
    topic: str
    """What it is told of inside."""
    more: str
    """Where the receiver reads the rest of it, by the API; fields of its data in braces."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Names of its data beside `id` and `organization`, and what each is called inside."""

    def data(self, event: Event, org_id: str) -> dict[str, Any]:
        own = {name: event.payload.get(inner) for name, inner in self.fields.items()}
        return {"id": event.subject, "organization": org_id, **own}


def payload(type_: str, at: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """As the standard has it ("Payload structure"). `at`: when it happened, not when it is sent."""
    return {"type": type_, "timestamp": iso(at), "data": dict(data)}


def _of(noun: str, names: str, more: str, *fields: str) -> Iterator[Export]:
    same = MappingProxyType({name: name for name in fields})
    for name in names.split():
        topic = f"{noun}.{name}"
        yield Export(name=f"{topic}.v1", topic=topic, more=more, fields=same)


def _all() -> Iterator[Export]:
    yield from _of("organization", "changed", "/api/v1/organizations/{id}")
    video = "/api/v1/videos/{id}"
    yield from _of("video", "created finished replaced deleted", video)
    yield from _of("video", "published changed", video, "visibility")
    yield from _of("video", "failed", video, "code")
    yield from _of("collection", "created changed deleted", "/api/v1/collections/{id}")
    yield from _of("channel", "created changed deleted", "/api/v1/channels/{id}")
    programme = "created changed deleted on_air interrupted resumed ended"
    yield from _of("programme", programme, "/api/v1/programmes/{id}", "channel", "state")
    yield from _of("event", "created changed", "/api/v1/events/{id}")
    performance = "created changed on_sale closed cancelled"
    yield from _of("performance", performance, "/api/v1/performances/{id}")
    order = "/api/v1/organizations/{organization}/orders/{id}"
    yield from _of("order", "placed paid changed cancelled partly_cancelled expired unfulfillable", order, "code")
    yield from _of("payment", "captured failed mismatch surplus", order)
    yield from _of("membership", "begun changed", "/api/v1/subscriptions/{id}", "state")
    yield from _of("checkin", "entry exit", "/api/v1/checkin-lists/{id}/checkins", "ticket")


EXPORTS: Mapping[str, Export] = MappingProxyType({one.name: one for one in _all()})

_TOPICS = frozenset(one.topic for one in EXPORTS.values())


def of_topic(topic: str) -> tuple[Export, ...]:
    """Every version that is still told of it."""
    return tuple(one for one in EXPORTS.values() if one.topic == topic) if topic in _TOPICS else ()


def reference(topics: Iterable[Topic]) -> str:
    """A page of the manual."""
    return "\n".join(_page({one.name: one for one in topics})) + "\n"


def _page(topics: Mapping[str, Topic]) -> Iterator[str]:
    yield "# Topics of webhooks"
    yield ""
    yield "What an organization's endpoints may be sent. [Webhooks](../guide/webhooks.md) says how they are received."
    yield "`data` always has `id`, of what it is about, and `organization`. A name with its version keeps its shape;"
    yield "fields may be added."
    noun = ""
    for one in sorted(EXPORTS.values(), key=lambda one: one.name):
        if (mine := one.name.partition(".")[0]) != noun:
            noun = mine
            yield from ("", f"## {noun}", "", "| type | tells | more in `data` | the rest by |", "|---|---|---|---|")
        topic = topics[one.topic]
        told = "; ".join(f"`{name}` {_about(topic, inner)}".strip() for name, inner in one.fields.items())
        yield f"| `{one.name}` | {topic.about} | {told} | `GET {one.more}` |"
    yield ""
    yield "## webhook"
    yield ""
    yield f"`{TEST}` is sent when somebody wants to see whether webhooks arrive. Its `id` is the endpoint's."


def _about(topic: Topic, inner: str) -> str:
    return str(topic.payload[inner].get("description", "")).rstrip(".")
