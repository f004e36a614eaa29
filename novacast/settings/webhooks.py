"""The settings of webhooks."""

from novacast.records import dataclass
from novacast.settings.declaring import setting


@dataclass(frozen=True, slots=True)
class Webhooks:
    """What happens, told to programs at addresses that organizations choose."""

    at_once: int = setting(64, "Webhooks sent at the same time; 0: none is sent.", low=0, high=1000)
    allowed: tuple[str, ...] = setting(
        (),
        "Hosts, addresses and networks (10.0.0.0/8) inside this server's own network that they may be sent to as well, "
        "even without https.",
    )
