"""What an ACME server or the way to it refuses, in words that say what to do (problem types: RFC 8555, 6.7)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

from acme import errors, messages
from josepy.errors import Error as JoseError

from novacast.errors import Conflict, InvalidInput, NovaCastError, RateLimited, Unavailable

_HOUR = 3600.0

_CHALLENGE: Mapping[str, str] = MappingProxyType(
    {
        "dns": "Its name can't be resolved: point an A or AAAA record at this machine, and wait until it is known.",
        "connection": (
            "Port 80 of the address it points to can't be reached: open it in firewall and router, and check that the "
            "address is this machine's."
        ),
        "unauthorized": (
            "Something else answered on port 80: the name points to another machine, or a proxy before this one does "
            "not pass /.well-known/acme-challenge/ on."
        ),
        "incorrectResponse": (
            "Something else answered on port 80: the name points to another machine, or a proxy before this one does "
            "not pass /.well-known/acme-challenge/ on."
        ),
        "caa": "A CAA record forbids this authority. Add one that allows it, or choose another --directory.",
        "tls": "A redirect led to a TLS server that failed. Answer /.well-known/acme-challenge/ on port 80 itself.",
    }
)


@contextmanager
def refusals(directory: str, retry_after: Callable[[], float | None]) -> Iterator[None]:
    """Turn what the library raises into our errors. Ours pass through."""
    try:
        yield
    except messages.Error as error:
        raise _told(error, retry_after()) from error
    except (errors.Error, JoseError, KeyError, AttributeError, TypeError, ValueError) as error:
        raise Unavailable(
            f"{directory} does not answer as an ACME server must ({_short(error)}). Check the address of the directory."
        ) from error
    except OSError as error:  # whatever requests raises is one
        raise Unavailable(
            f"The ACME directory {directory} can't be reached ({_short(_root(error))}). "
            "Check its address and this machine's way to the network, then try again."
        ) from error


def challenge_failed(found: messages.AuthorizationResource) -> NovaCastError:
    """Why a domain was not proven to be ours."""
    domain = found.body.identifier.value
    for challenge in found.body.challenges:
        if challenge.error is not None:
            hint = _CHALLENGE.get(challenge.error.code or "", "")
            return Conflict(
                f"{domain} was not proven to be ours. {hint} The authority says: {_detail(challenge.error)}"
            )
    return Conflict(f"{domain} was not proven to be ours; the authority gives no reason ({found.body.status.name}).")


def order_failed(error: messages.Error | None) -> NovaCastError:
    if error is not None:
        return _told(error, None)
    return Unavailable("The ACME server did not issue the certificate and gives no reason. Try again in a while.")


def _told(error: messages.Error, retry_after: float | None) -> NovaCastError:
    said = f"The authority says: {_detail(error)}"
    match _code(error):
        case "rateLimited":
            return RateLimited(
                f"Too many certificates or failed tries for now. {said}", retry_after=retry_after or _HOUR
            )
        case "invalidContact" | "unsupportedContact":
            return InvalidInput.field("email", f"The authority does not take this e-mail address. {said}")
        case "rejectedIdentifier" | "unsupportedIdentifier":
            return InvalidInput.field("domain", f"The authority issues nothing for this name. {said}")
        case "caa":
            return Conflict(f"{_CHALLENGE['caa']} {said}")
        case "userActionRequired":
            return Conflict(f"The authority wants its new terms agreed to on its web site first. {said}")
        case "serverInternal":
            return Unavailable(f"The authority has a fault of its own. Try again later. {said}")
    return Unavailable(f"The ACME server refused. {said}")


def _code(error: messages.Error) -> str:
    # The library's own `code` knows only some of the registered ones.
    return error.typ.removeprefix(messages.ERROR_PREFIX)


def _detail(error: messages.Error) -> str:
    parts = [error.detail or error.title or error.description or error.typ]
    parts += [f"{part.identifier.value}: {part.detail}" for part in error.subproblems or () if part.identifier]
    return _short("; ".join(parts))


def _root(error: BaseException) -> object:
    """What the socket said, under the layers that the HTTP library wraps it in."""
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error.strerror or error if isinstance(error, OSError) else error


def _short(what: object) -> str:
    text = " ".join(str(what).split()) or type(what).__name__
    return text if len(text) <= 300 else f"{text[:299]}…"
