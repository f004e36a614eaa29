"""What schemathesis is told of this house. It loads this file itself (SCHEMATHESIS_HOOKS), in a process of its own."""

import json
import os
import urllib.request
import zlib
from typing import Any

import requests.sessions
import schemathesis
from schemathesis.generation import metrics

# After half of the examples schemathesis would have Hypothesis climb towards accepted ones (Phase.target; no option
# turns it off). Where nothing that is made up can be accepted, such as the id of a token, that is minutes without a
# single new request.
metrics.maximize = lambda *_, **__: None

# For each request the environment is searched for proxies, of which there is none to one's own machine.
requests.sessions.get_environ_proxies = lambda *_, **__: {}

GIVEN: dict[str, Any] = json.loads(os.environ["CONTRACT"])

# A key that is generated twice with two bodies is refused (422, as documented), which looks like good data refused.
# Keys are tested in tests/web/test_idempotency.py, and on every route in test_contract.py.
UNSAID = ("Idempotency-Key",)

# With the right password these do what they are for. `/me/password` and `/me/erase` are not among them: they would
# end the account that asks. Their good answers are tested in tests/accounts/test_api.py.
WITH_PASSWORD = {
    "/api/v1/me/email",
    "/api/v1/me/second-factor",
    "/api/v1/me/second-factor/off",
    "/api/v1/me/second-factor/recovery-codes",
    "/api/v1/me/tokens",
    "/api/v1/session",
    "/api/v1/tokens",
}
LOG_OUT = ("DELETE", "/api/v1/session")

# Codes of fields whose rule no JSON Schema can say: good data by its shape may still break it.
RULES = {
    "characters",  # control and deceiving characters
    "common",  # passwords that others guess first
    "endpoint",  # an address of a push service, and not inside
    "fixed",  # mails that belong to a contract
    "push_key",  # a point of P-256, as browsers make them
    "empty",  # something of one list or another
    "email",  # RFC 5321's grammar, and domains that can't have mail
    "length",  # once spaces around it are gone
    "link",  # no addresses in names
    "required",  # nothing but spaces
    "twice",  # one thing by two of its names
    "wrong_code",
    "wrong_password",
}


@schemathesis.hook
def before_load_schema(context: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    for methods in raw_schema["paths"].values():
        for operation in methods.values():
            operation["parameters"] = [one for one in operation["parameters"] if one["name"] not in UNSAID]


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Nothing takes away what the later cases need: the session that asks, the video, the organization."""
    return case.method.upper() != "DELETE" or not set((case.path_parameters or {}).values()) & set(GIVEN["kept"])


@schemathesis.hook
def map_case(context: schemathesis.HookContext, case: schemathesis.Case) -> schemathesis.Case:
    """Half of the good bodies with a password get the right one."""
    good = case.meta is not None and not case.meta.generation.mode.is_negative
    body = case.body
    if good and case.path in WITH_PASSWORD and isinstance(body, dict) and _half(body):
        right = {"password": GIVEN["password"], "email": GIVEN["email"]}
        if case.path == "/api/v1/me/email":
            del right["email"]
        case.body = body | {name: value for name, value in right.items() if name in body}
    return case


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Logging out ends the session that asks, so each time it is another one."""
    headers = kwargs.get("headers") or {}
    own = f"Bearer {GIVEN['token']}"
    if (case.method.upper(), case.path) == LOG_OUT and headers.get("Authorization") == own:
        kwargs["headers"] = {**headers, "Authorization": f"Bearer {_sign_in()}"}


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext,
    failure: schemathesis.core.failures.Failure,
    case: schemathesis.Case,
    response: schemathesis.Response,
) -> bool:
    """Whether it is one: data that is good by its shape may break a rule beyond shapes."""
    if response.status_code == 431:
        return False  # said of an address that is longer than any, whatever else is wrong with it
    if type(failure).__name__ != "RejectedPositiveData":
        return True
    if response.status_code == 400:
        # Base64 within a header: its text, and the length of a digest (the coverage phase overlooks the pattern).
        return not response.json()["detail"].startswith(("Upload-Metadata", "Upload-Checksum"))
    if response.status_code != 422 or case.path == "/api/v1/uploads" or "seat-map" in case.path:
        return response.status_code != 422  # what an upload's metadata says is no shape either, nor what a hall is
    # Cursors are made here and sealed: none that is made up is one.
    return not all(error["field"] == "cursor" or error["code"] in RULES for error in response.json()["errors"])


@schemathesis.serializer("application/offset+octet-stream", "application/sdp")
def _bytes(context: schemathesis.SerializationContext, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(getattr(value, "data", value)).encode("utf-8", "replace")


def _half(body: dict[str, Any]) -> bool:
    return zlib.crc32(json.dumps(body, sort_keys=True, default=str).encode()) % 2 == 0


def _sign_in() -> str:
    body = json.dumps({"email": GIVEN["email"], "password": GIVEN["password"]}).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{GIVEN['url']}/api/v1/tokens", body, headers)
    with urllib.request.urlopen(request, timeout=30) as response:
        return str(json.load(response)["access_token"])
