"""What a service manager tells the process that it starts: sd_listen_fds(3), sd_notify(3), systemd.exec(5)."""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from novacast.errors import BadSettings
from novacast.records import dataclass

CREDENTIALS = "secrets_"
"""Before the name of each file of the folder that the unit loads as `secrets`."""
_FIRST = 3
_MOST = 64


@dataclass(frozen=True, slots=True)
class ServiceManager:
    sockets: tuple[int, ...] = ()
    """Descriptors of sockets that are bound and listen."""
    notify: str = ""
    """Where it hears of us: a path, or an abstract name that begins with `@`; empty: nowhere."""
    watchdog: float = 0.0
    """Seconds within which it wants to hear that we live; 0: never."""


def service_manager(environ: MutableMapping[str, str] | None = None) -> ServiceManager:
    """What is told to this very process; taken out of the environment, so that no child takes it for its own."""
    environ = os.environ if environ is None else environ
    told = {name: environ.pop(name, "") for name in ("LISTEN_PID", "LISTEN_FDS", "NOTIFY_SOCKET", "WATCHDOG_USEC")}
    watched = environ.pop("WATCHDOG_PID", "")
    environ.pop("LISTEN_FDNAMES", None)
    count = _number(told["LISTEN_FDS"]) if told["LISTEN_PID"] == str(os.getpid()) else 0
    seconds = _number(told["WATCHDOG_USEC"]) / 1_000_000 if watched in ("", str(os.getpid())) else 0.0
    return ServiceManager(tuple(range(_FIRST, _FIRST + min(count, _MOST))), told["NOTIFY_SOCKET"], seconds)


def credential(key: str, environ: Mapping[str, str]) -> Path | None:
    """The file in which the service manager hands over the secret setting `key`, if it does.

    `BadSettings` where its folder is closed to us.
    """
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        return None
    file = Path(folder, f"{CREDENTIALS}{key}")
    try:
        return file if file.is_file() else None
    except PermissionError as error:
        raise BadSettings(
            f"The credentials of the service are not to be read ({error}). Does it run as the user of its unit?"
        ) from error


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
