"""Everything that can go wrong and is worth a name. No HTTP here: `web.problems` maps classes to statuses.

NovaCastError
├── InvalidInput                the caller sent something that can't be accepted; `errors` names the fields
│   ├── Malformed               not even parseable (broken JSON, bad header)
│   ├── TooLarge                over a limit that the message names
│   └── UnsupportedMedia        a file or content type that is not taken here
├── Unauthenticated             nobody is logged in, or the credential is wrong
├── Forbidden                   logged in, may see the thing, may not do this
├── NotFound                    missing, or not for this caller's eyes: strangers can't tell which
├── Gone                        was here and is not coming back (expired upload, used link)
├── Conflict                    the state of things forbids it now
│   ├── InFlight                the same Idempotency-Key is being worked on
│   ├── NotYet                  it will be possible once something has begun; asking again helps
│   ├── AlreadyRunning          another server holds the data folder
│   └── PreconditionFailed      a version, checksum or offset does not match
├── KeyReused                   an Idempotency-Key came back with another request
├── RateLimited                 too often; `retry_after` says when
├── Unavailable                 a part is down or draining; trying later may help
│   ├── DiskFull                no room; names the folder
│   ├── Overloaded              a bounded queue is full
│   └── Crowded                 every place that there is for this is taken; the message says of what
├── BadSettings                 names file, key and the nearest known key
├── NewerDatabase               the database was written by a newer program
└── MediaFailure                FFmpeg or the probe refused the file; the message is for people
    └── ChildFailed             a child process ended badly; `tail` holds its last lines, secrets masked
"""

from collections.abc import Sequence
from typing import ClassVar

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that can't be accepted. `field` is a dotted path as the caller wrote it."""

    field: str
    code: str
    message: str


class NovaCastError(Exception):
    """Base of all. `message` is for people and names what was wrong and what to do."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.errors = tuple(errors)


class InvalidInput(NovaCastError):
    code = "invalid_input"

    @classmethod
    def field(cls, field: str, message: str, code: str = "invalid") -> "InvalidInput":
        return cls(message, errors=[FieldError(field, code, message)])


class Malformed(InvalidInput):
    code = "malformed"


class TooLarge(InvalidInput):
    code = "too_large"


class UnsupportedMedia(InvalidInput):
    code = "unsupported_media"


class Unauthenticated(NovaCastError):
    code = "unauthenticated"


class Forbidden(NovaCastError):
    code = "forbidden"


class NotFound(NovaCastError):
    code = "not_found"


class Gone(NovaCastError):
    code = "gone"


class Conflict(NovaCastError):
    code = "conflict"


class InFlight(Conflict):
    code = "in_flight"


class NotYet(Conflict):
    code = "not_yet"


class AlreadyRunning(Conflict):
    code = "already_running"


class PreconditionFailed(Conflict):
    code = "precondition_failed"


class KeyReused(NovaCastError):
    code = "idempotency_key_reused"


class RateLimited(NovaCastError):
    code = "rate_limited"

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds until the next try has a chance."""


class Unavailable(NovaCastError):
    code = "unavailable"


class DiskFull(Unavailable):
    code = "disk_full"


class Overloaded(Unavailable):
    code = "overloaded"


class Crowded(Unavailable):
    code = "crowded"


class BadSettings(NovaCastError):
    code = "bad_settings"


class NewerDatabase(NovaCastError):
    code = "newer_database"


class MediaFailure(NovaCastError):
    code = "media_failure"


class ChildFailed(MediaFailure):
    code = "child_failed"

    def __init__(self, message: str, *, returncode: int | None = None, tail: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.returncode = returncode
        self.tail = tuple(tail)
