"""Exit codes, after sysexits.h, so that scripts can tell what kind of thing went wrong."""

from collections.abc import Mapping
from types import MappingProxyType

from novacast import errors

CHECK_FAILED = 1
BUG = 70

MEANINGS: Mapping[int, str] = MappingProxyType(
    {
        0: "done",
        CHECK_FAILED: "a check found something that needs mending, or part of the work failed",
        2: "the command line itself is wrong: unknown command, option or missing value",
        65: "the input can't be accepted, a media file among them",
        66: "there is no such thing",
        69: "a part is down, busy or draining; later may help",
        BUG: "a mistake in NovaCast",
        73: "no room on the disk",
        75: "the state of things forbids it now; try again when that has changed",
        77: "not allowed",
        78: "the settings are wrong, or the database belongs to a newer program",
        130: "interrupted from the keyboard",
    }
)

_CODES: Mapping[type[errors.NovaCastError], int] = MappingProxyType(
    {
        errors.NovaCastError: BUG,
        errors.InvalidInput: 65,
        errors.MediaFailure: 65,
        errors.NotFound: 66,
        errors.Gone: 66,
        errors.Unavailable: 69,
        errors.DiskFull: 73,
        errors.Conflict: 75,
        errors.KeyReused: 75,
        errors.RateLimited: 75,
        errors.Unauthenticated: 77,
        errors.Forbidden: 77,
        errors.BadSettings: 78,
        errors.NewerDatabase: 78,
    }
)


def exit_code(error: errors.NovaCastError) -> int:
    """The code of the nearest class that has one, from the error's own class upwards."""
    return next(_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)
