"""What a client can learn of us: configuration, types of resources, and schemas (RFC 7643, sections 5 to 8). Pure."""

from collections.abc import Sequence
from typing import Any

from novacast.accounts.scim.documents import PATH
from novacast.accounts.scim.models import GROUP, LARGEST, MOST_OPERATIONS, MOST_RESULTS, USER, Document

CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


def configuration(root: str) -> Document:
    off, on = {"supported": False}, {"supported": True}
    return {
        "schemas": [CONFIG],
        "patch": on,
        "bulk": {"supported": True, "maxOperations": MOST_OPERATIONS, "maxPayloadSize": LARGEST},
        "filter": {"supported": True, "maxResults": MOST_RESULTS},
        "changePassword": off,
        "sort": on,
        "etag": on,
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "API token",
                "description": "A token of an operator with the scope scim, in the header Authorization.",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{root}{PATH}/ServiceProviderConfig"},
    }


def types(root: str) -> Sequence[Document]:
    return [
        {
            "schemas": [TYPE],
            "id": name,
            "name": name,
            "endpoint": f"/{name}s",
            "description": about,
            "schema": schema,
            "meta": {"resourceType": "ResourceType", "location": f"{root}{PATH}/ResourceTypes/{name}"},
        }
        for name, schema, about in (("User", USER, "A person with an account"), ("Group", GROUP, "People with a role"))
    ]


def schemas(root: str) -> Sequence[Document]:
    found = [
        (USER, "User", "A person with an account", _USER),
        (GROUP, "Group", "People with a role", _GROUP),
        (CONFIG, "ServiceProviderConfig", "What this server can", _CONFIG),
        (TYPE, "ResourceType", "A type of resource", _TYPE),
        (SCHEMA, "Schema", "A schema", _SCHEMA),
    ]
    return [
        {
            "schemas": [SCHEMA],
            "id": id_,
            "name": name,
            "description": about,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{root}{PATH}/Schemas/{id_}"},
        }
        for id_, name, about, attributes in found
    ]


def _attribute(
    name: str, kind: str = "string", about: str = "", parts: Sequence[Document] = (), **more: Any
) -> Document:
    found: dict[str, Any] = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": about or name,
        "required": False,
        "mutability": "readWrite",
        "returned": "default",
    }
    if kind in ("string", "reference"):
        found |= {"caseExact": kind == "reference", "uniqueness": "none"}
    if parts:
        found["subAttributes"] = list(parts)
    return found | more


def _told(name: str, kind: str = "string", about: str = "", parts: Sequence[Document] = (), **more: Any) -> Document:
    return _attribute(name, kind, about, parts, **{"mutability": "readOnly", **more})


_USER = [
    _attribute("userName", about="By which the client knows them.", required=True, uniqueness="server"),
    _attribute("displayName", about="As others see it.", required=True),
    _attribute(
        "name",
        "complex",
        "Parts of the name, kept for the client.",
        [_attribute("formatted"), _attribute("givenName"), _attribute("familyName")],
    ),
    _attribute(
        "emails",
        "complex",
        "The primary one is the account's address.",
        [
            _attribute("value", about="The address.", required=True),
            _attribute("type"),
            _attribute("primary", "boolean"),
        ],
        multiValued=True,
        required=True,
    ),
    _attribute("active", "boolean", "false: all sessions end, and nobody logs in.", required=True),
    _attribute("preferredLanguage", about="Of pages and mails, such as de or en."),
    _told(
        "groups",
        "complex",
        "That they are in.",
        [_told("value"), _told("$ref", "reference", referenceTypes=["Group"]), _told("display")],
        multiValued=True,
    ),
]
_GROUP = [
    _attribute(
        "displayName",
        about="A group that is called short-name:role makes its members that in the organization.",
        required=True,
    ),
    _attribute(
        "members",
        "complex",
        "People.",
        [
            _attribute("value", about="Id of the person.", mutability="immutable"),
            _attribute("$ref", "reference", mutability="immutable", referenceTypes=["User"]),
            _attribute("type", canonicalValues=["User"], mutability="immutable"),
        ],
        multiValued=True,
    ),
]
_SUPPORTED = [_told("supported", "boolean", required=True)]
_CONFIG = [
    _told("patch", "complex", parts=_SUPPORTED, required=True),
    _told(
        "bulk",
        "complex",
        parts=[*_SUPPORTED, _told("maxOperations", "integer"), _told("maxPayloadSize", "integer")],
        required=True,
    ),
    _told("filter", "complex", parts=[*_SUPPORTED, _told("maxResults", "integer")], required=True),
    _told("changePassword", "complex", parts=_SUPPORTED, required=True),
    _told("sort", "complex", parts=_SUPPORTED, required=True),
    _told("etag", "complex", parts=_SUPPORTED, required=True),
    _told(
        "authenticationSchemes",
        "complex",
        parts=[
            _told("type", required=True),
            _told("name", required=True),
            _told("description", required=True),
            _told("specUri", "reference", referenceTypes=["external"]),
            _told("primary", "boolean"),
        ],
        multiValued=True,
        required=True,
    ),
]
_TYPE = [
    _told("id"),
    _told("name", required=True),
    _told("description"),
    _told("endpoint", "reference", referenceTypes=["uri"], required=True),
    _told("schema", "reference", referenceTypes=["uri"], required=True),
]
_PART = [
    _told("name", required=True),
    _told("type", required=True),
    _told("multiValued", "boolean", required=True),
    _told("description"),
    _told("required", "boolean"),
    _told("canonicalValues", multiValued=True),
    _told("caseExact", "boolean"),
    _told("mutability"),
    _told("returned"),
    _told("uniqueness"),
    _told("referenceTypes", multiValued=True),
]
_SCHEMA = [
    _told("name", required=True),
    _told("description"),
    _told(
        "attributes",
        "complex",
        parts=[*_PART, _told("subAttributes", "complex", parts=_PART, multiValued=True)],
        multiValued=True,
        required=True,
    ),
]
