"""What parsers are given: anything, and good things with mistakes in them."""

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

LONG = 4096

RAW = st.binary(max_size=LONG)
WORDS = st.text(max_size=1000)


@st.composite
def damaged(draw: st.DrawFn, samples: Sequence[bytes]) -> bytes:
    """One of `samples` with up to eight bytes changed, cut out or put in, or cut off."""
    data = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(0, 8))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(("change", "cut", "put", "end"))):
            case "change" if at < len(data):
                data[at] = draw(st.sampled_from((0, 1, 0x7F, 0x80, 0xFF)) | st.integers(0, 255))
            case "cut":
                del data[at : at + draw(st.integers(1, 16))]
            case "put":
                data[at:at] = draw(st.binary(max_size=16))
            case "end":
                del data[at:]
    return bytes(data)


def raw(*samples: bytes) -> st.SearchStrategy[bytes]:
    return RAW | damaged(samples) if samples else RAW


def words(*samples: str) -> st.SearchStrategy[str]:
    return _decoded(samples, "replace")


def heads(*samples: str) -> st.SearchStrategy[str]:
    """As headers come: bytes that are no UTF-8 are in them as halves of surrogate pairs."""
    return _decoded(samples, "surrogateescape")


def _decoded(samples: Sequence[str], errors: str) -> st.SearchStrategy[str]:
    bad = damaged([one.encode() for one in samples]) if samples else RAW
    return WORDS | bad.map(lambda data: data.decode("utf-8", errors))


HUGE = 10**400
"""Larger than any floating-point number."""
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from((0, -1, 2**63, HUGE, float("inf"), float("nan"), -0.0, "", "\0", "\ud800"))
    | st.floats()
    | st.text(max_size=20)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES, lambda below: st.lists(below, max_size=4) | st.dictionaries(st.text(max_size=8), below, max_size=4)
)
DEEP = "[" * 5_000


@st.composite
def alike(draw: st.DrawFn, sample: dict[str, Any]) -> dict[str, Any]:
    """An object with the fields of `sample`, some of them missing or of any other value, at any depth."""
    made: dict[str, Any] = {}
    for name, value in sample.items():
        match draw(st.sampled_from(("same", "same", "below", "other", "missing"))):
            case "same":
                made[name] = value
            case "below" if isinstance(value, dict):
                made[name] = draw(alike(value))
            case "below" if isinstance(value, list) and value and isinstance(value[0], dict):
                made[name] = draw(st.lists(alike(value[0]), max_size=3))
            case "other":
                made[name] = draw(VALUES)
    return made


def documents(*samples: dict[str, Any]) -> st.SearchStrategy[str]:
    """JSON texts, most of them good."""
    objects = st.one_of(*(alike(one) for one in samples)) if samples else VALUES
    return (objects | VALUES).map(json.dumps) | words(*(json.dumps(one) for one in samples)) | st.just(DEEP)
