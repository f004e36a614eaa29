"""The settings of watching over the server."""

from dataclasses import dataclass

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
    backup_days: int = setting(
        7, "Days after which the newest copy in backups/ counts as old; 0: not looked at.", low=0, high=365
    )
