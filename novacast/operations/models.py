"""What an examination says."""

from collections.abc import Iterable
from enum import StrEnum

from novacast.records import dataclass


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It works, but not well, or not for long."""
    FAILED = "failed"
    """Something does not work."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`mend` is a sentence for people, empty where nothing needs mending."""

    check: str
    state: State
    message: str
    mend: str = ""


def ok(check: str, message: str) -> Finding:
    return Finding(check, State.OK, message)


def warning(check: str, message: str, mend: str) -> Finding:
    return Finding(check, State.WARNING, message, mend)


def failed(check: str, message: str, mend: str) -> Finding:
    return Finding(check, State.FAILED, message, mend)


def healthy(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed; warnings are allowed."""
    return all(finding.state is not State.FAILED for finding in findings)
