"""Topics: what the stream of facts can tell, and who may hear each. A slice declares its own, wiring joins them.

What is not declared leaves the machine for nobody. Who hears a declared fact follows from its audience (`outbox`):
everyone; one person; or the members of an organization whose role allows the topic's `action`. Where a topic has
`viewers`, whoever may look at its subject hears it too, if they ask for that subject by its id.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Any

from novacast.identity import PERMISSIONS, Action, Principal, Role
from novacast.records import dataclass

Rule = Callable[[Principal, str], Awaitable[bool]]
"""Whether a principal may look at the thing of this id at this moment. Reads the rows, not a copy."""

Schema = Mapping[str, Any]
"""JSON Schema of one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    name: str
    """A noun and what happened to it: `video.published`."""
    about: str
    """One English sentence for the reference."""
    payload: Mapping[str, Schema] = field(default_factory=lambda: MappingProxyType({}))
    action: Action = Action.ORG_VIEW
    """What a member's role must allow where the audience is an organization."""
    personal: bool = False
    """Whether only a single person ever hears it, whatever audience it is told to."""
    viewers: bool = False
    """Whether those who may look at its subject hear it as well."""
    unsettles: bool = False
    """Whether those are asked again after it who are named by it, or asked for something that is: it may have changed
    who may look at what."""
    kept: bool = True
    """False: it tells of a moment, has no id, and is not told again to who comes back."""

    @property
    def roles(self) -> frozenset[Role]:
        return _ROLES[self.action]


_ROLES = {action: frozenset(role for role in Role if action in PERMISSIONS[role]) for action in Action}


class Topics:
    """The registry. `declare` before anybody listens."""

    def __init__(self) -> None:
        self._known: dict[str, Topic] = {}
        self._rules: dict[str, Rule] = {}

    def declare(self, topics: Sequence[Topic], viewers: Rule | None = None) -> None:
        """`viewers` says who may look at the subjects of those among `topics` that have viewers."""
        for topic in topics:
            if topic.name in self._known:
                raise ValueError(f"the topic {topic.name} is declared twice")
            if topic.viewers:
                if viewers is None:
                    raise ValueError(f"nothing says who may look at the subjects of {topic.name}")
                self._rules[topic.name] = viewers
            self._known[topic.name] = topic

    def find(self, name: str) -> Topic | None:
        return self._known.get(name)

    def rules(self, names: Iterable[str]) -> set[Rule]:
        """What to ask about a subject of which these topics, or families of topics, are wanted."""
        wanted = tuple(names)
        return {rule for topic, rule in self._rules.items() if any(within(topic, name) for name in wanted)}

    def __iter__(self) -> Iterator[Topic]:
        return iter(sorted(self._known.values(), key=lambda topic: topic.name))


def within(topic: str, name: str) -> bool:
    """Whether `name` means this topic: it is the whole name (`video.ready`) or its beginning (`video`)."""
    return topic == name or (topic.startswith(name) and topic[len(name) : len(name) + 1] == ".")


def string(about: str) -> Schema:
    return {"type": "string", "description": about}


def integer(about: str) -> Schema:
    return {"type": "integer", "description": about}


def boolean(about: str) -> Schema:
    return {"type": "boolean", "description": about}


def maybe(schema: Schema) -> Schema:
    """The same, or null."""
    values = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **values, "type": [schema["type"], "null"]}


def one_of(about: str, *values: str) -> Schema:
    return {"type": "string", "enum": list(values), "description": about}


def strings(about: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": about}
