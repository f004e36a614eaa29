"""The settings of watching over the server."""

from novacast.records import dataclass
from novacast.settings.declaring import setting


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures for Prometheus at /metrics."""

    allowed: tuple[str, ...] = setting(
        (),
        "Addresses and networks (10.0.0.0/8) that may read /metrics without the token.",
    )
    token: str = setting(
        "", "What Prometheus sends as its bearer token to read /metrics; empty: none is taken.", secret=True
    )


@dataclass(frozen=True, slots=True)
class Alarms:
    """Whom alarms reach, and when."""

    mails: tuple[str, ...] = setting((), "Mail addresses that alarms go to; empty: those of this server's operators.")
    targets: tuple[str, ...] = setting(
        (),
        "Other places they go to, as Apprise writes them: tgram://TOKEN/CHAT, ntfy://TOPIC, json://HOST/PATH.",
        secret=True,
    )
    least: str = setting(
        "warning", "Least weight that is told; all are kept and shown.", choices=("warning", "critical")
    )
    quiet_from: str = setting("", "Hour from which only critical alarms are told, such as 23:00; empty: none.")
    quiet_until: str = setting("", "Hour at which those that waited are told, such as 08:00.")
    timezone: str = setting("UTC", "Whose hours these are, such as Europe/Vienna.")


@dataclass(frozen=True, slots=True)
class Console:
    """The operators' console in a browser, at /console. In a terminal it is always there: novacast admin."""

    web: bool = setting(
        False, "Whether operators may open it in a browser, where they are asked for their password once more."
    )
    second_factor: bool = setting(True, "Whether it is only for those who have a second factor.")
    sessions: int = setting(2, "How many of them may be open at once; each is a process of its own.", low=1, high=20)
    idle_minutes: int = setting(30, "Minutes without a key after which one is closed.", low=1, high=1440)
