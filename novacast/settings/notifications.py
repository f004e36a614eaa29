"""The settings of what people are told of."""

from novacast.records import dataclass
from novacast.settings.declaring import setting


@dataclass(frozen=True, slots=True)
class Notifications:
    """What people are told of: by mail, by push to their browsers, and on the page."""

    day_before_hours: int = setting(
        24, "Hours before an event begins at which those with tickets are reminded of it; 0: they are not.",
        low=0, high=168,
    )  # fmt: skip
    hour_before_minutes: int = setting(
        60, "Minutes before it at which they are reminded once more; 0: they are not.", low=0, high=720
    )
    mails_per_minute: int = setting(
        300, "Mails of one occasion to many people that are sent in a minute; all others go at once.",
        low=1, high=100_000,
    )  # fmt: skip
    daily: int = setting(
        20, "Mails and pushes of that kind that one person gets in a day; the rest is on the page alone.",
        low=1, high=1000,
    )  # fmt: skip
    push_contact: str = setting(
        "", "Where push services reach whoever runs this server: mailto:ADDRESS or https://…; empty: its own address."
    )
    push_at_once: int = setting(20, "Pushes sent at the same time; 0: none is sent.", low=0, high=200)
    push_allowed: tuple[str, ...] = setting(
        (),
        "Hosts, addresses and networks (10.0.0.0/8) inside this server's own network where push services may be as "
        "well, even without https.",
    )
