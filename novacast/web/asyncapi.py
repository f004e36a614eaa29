"""AsyncAPI 3.0 from the models that read and describe messages: what goes over connections that stay open, seen from
the server, which receives what clients send and sends what they are told."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from novacast import __version__
from novacast.records import dataclass
from novacast.web.openapi import SECURITY

Schema = Mapping[str, Any]
Models = Mapping[str, type[BaseModel]]

_REF = "#/components/schemas/{model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One address and what goes over it: either models by the names of their messages, or schemas."""

    name: str
    address: str
    about: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Of the address, each with a sentence."""
    query: type[BaseModel] | None = None
    received: Models = field(default_factory=dict)
    sent: Models = field(default_factory=dict)
    """What is empty in them is left out, never null."""
    events: Mapping[str, Schema] = field(default_factory=dict)
    """Server-sent events instead of a WebSocket: only from the server."""

    @property
    def server(self) -> str:
        return "events" if self.events else "socket"


def document(channels: Sequence[Channel], *, title: str, url: str) -> dict[str, Any]:
    """The whole document. `url`: where the server is found from outside."""
    address = urlsplit(url)
    secure = "s" if address.scheme == "https" else ""
    path = {"pathname": address.path} if address.path.strip("/") else {}
    security = [{"$ref": f"#/components/securitySchemes/{name}"} for name in SECURITY]
    servers = {
        name: {"host": address.netloc, "protocol": protocol + secure, **path, "security": security}
        for name, protocol in (("socket", "ws"), ("events", "http"))
        if any(channel.server == name for channel in channels)
    }
    schemas, messages = _components(channels)
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"{title} channels", "version": __version__, "description": _INTRODUCTION},
        "defaultContentType": "application/json",
        "servers": servers,
        "channels": {channel.name: _channel(channel) for channel in channels},
        "operations": dict(operation for channel in channels for operation in _operations(channel)),
        "components": {"messages": messages, "schemas": schemas, "securitySchemes": _security()},
    }


_INTRODUCTION = (
    "Connections that stay open. Strangers are let in where what is talked of is public; everybody else brings a "
    "session or a token with the opening request, as for any other. What is refused then is an HTTP answer with a "
    "problem document (RFC 9457); the OpenAPI document beside this one has its shape."
)


def reference(channels: Sequence[Channel]) -> str:
    """The document as a file, of no venue in particular."""
    made = document(channels, title="NovaCast", url="https://example.org")
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _channel(channel: Channel) -> dict[str, Any]:
    made: dict[str, Any] = {
        "address": channel.address,
        "description": channel.about,
        "servers": [{"$ref": f"#/servers/{channel.server}"}],
        "messages": {name: {"$ref": f"#/components/messages/{_key(channel, name)}"} for name in _names(channel)},
    }
    if channel.parameters:
        made["parameters"] = {name: {"description": about} for name, about in channel.parameters.items()}
    if channel.query is not None:
        query = channel.query.model_json_schema()
        shown = {"type": "object", "properties": _bare(query.get("properties", {}))}
        made["bindings"] = {"ws": {"method": "GET", "query": shown, "bindingVersion": "0.1.0"}}
    return made


def _operations(channel: Channel) -> Iterable[tuple[str, dict[str, Any]]]:
    sides = (("receive", list(channel.received)), ("send", [*channel.sent, *channel.events]))
    for action, names in sides:
        if names:
            messages = [{"$ref": f"#/channels/{channel.name}/messages/{name}"} for name in names]
            reference = {"$ref": f"#/channels/{channel.name}"}
            yield f"{action}.{channel.name}", {"action": action, "channel": reference, "messages": messages}


def _components(channels: Sequence[Channel]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Schemas and messages."""
    schemas: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for channel in channels:
        sides: tuple[tuple[Models, JsonSchemaMode], ...] = (
            (channel.received, "validation"),
            (channel.sent, "serialization"),
        )
        for models, mode in sides:
            wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
                (name, mode, TypeAdapter(model)) for name, model in models.items()
            ]
            made, rest = TypeAdapter.json_schemas(wanted, ref_template=_REF)
            found = {**rest.get("$defs", {})}
            schemas |= _bare(found) if mode == "serialization" else found
            for name, model in models.items():
                payload = made[name, mode]
                messages[_key(channel, name)] = _message(name, _sentence(model), payload)
        for name, schema in channel.events.items():
            messages[_key(channel, name)] = _message(name, str(schema.get("description", "")), schema)
    return schemas, messages


def _message(name: str, summary: str, payload: Schema) -> dict[str, Any]:
    return {"name": name, "title": name, **({"summary": summary} if summary else {}), "payload": payload}


def _names(channel: Channel) -> Iterable[str]:
    return [*channel.received, *channel.sent, *channel.events]


def _key(channel: Channel, name: str) -> str:
    """Component keys have only such signs (AsyncAPI 3.0, Components Object)."""
    return f"{channel.name}.{name}"


def _sentence(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _bare(value: Any) -> Any:
    """Without null, as what is empty is left out; and without OpenAPI's discriminators, which AsyncAPI has not: the
    constants in the alternatives say the same."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if not isinstance(value, dict):
        return value
    found = {
        key: _bare(one) for key, one in value.items() if (key, one) != ("default", None) and key != "discriminator"
    }
    if "required" in found:
        found["required"] = [name for name in found["required"] if not _may_be_null(value["properties"][name])]
    kinds = found.get("anyOf")
    if isinstance(kinds, list) and {"type": "null"} in kinds:
        left = [kind for kind in kinds if kind != {"type": "null"}]
        del found["anyOf"]
        found |= left[0] if len(left) == 1 else {"anyOf": left}
    return found


def _may_be_null(schema: Any) -> bool:
    return {"type": "null"} in schema.get("anyOf", [])


def _security() -> dict[str, Any]:
    """OpenAPI's API keys in cookies are AsyncAPI's `httpApiKey`."""
    return {
        name: {**scheme, "type": {"apiKey": "httpApiKey"}.get(scheme["type"], scheme["type"])}
        for name, scheme in SECURITY.items()
    }
