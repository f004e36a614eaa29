"""What a page handler returns."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Html:
    """A template with its context.

    `csp` replaces directives of the content security policy on this page alone, by name: `{"style-src": "'self' …"}`;
    `permissions` does so with the permissions policy: `{"camera": "(self)"}`.
    """

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    csp: Mapping[str, str] = field(default_factory=dict)
    permissions: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/html"
    """Of what a page needs beside itself, and is written by a template as well."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A line atop a page."""

    kind: Literal["good", "bad", "note"]
    text: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """303 by default, so that a form's POST is followed by a GET. `location` is ours or has been checked to be."""

    location: str
    status: int = 303
    notice: Notice | None = None
    """Shown once, on the next page."""
