"""What a caller may send and how long it may take."""

from novacast.records import dataclass
from novacast.settings import Live


@dataclass(frozen=True, slots=True)
class Limits:
    latency: int = 120
    """Milliseconds that a packet may take, asked for again where it was lost. A caller may want more."""
    longest_latency: int = 8_000
    idle_seconds: float = 30.0
    most: int = 200
    each: int = 20
    passphrase: str = ""
    """Without it nothing is encrypted, with it everything."""

    @classmethod
    def of(cls, live: Live) -> "Limits":
        return cls(
            latency=live.srt_latency,
            idle_seconds=live.idle_seconds,
            most=live.max_connections,
            each=live.connections_per_address,
            passphrase=live.srt_passphrase,
        )

    def __repr__(self) -> str:
        return f"Limits(latency={self.latency}, idle_seconds={self.idle_seconds})"
