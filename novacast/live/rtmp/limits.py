"""What an encoder may send and how long it may take."""

from novacast.records import dataclass
from novacast.settings import Live


@dataclass(frozen=True, slots=True)
class Limits:
    message: int = 8 * 1024**2
    """Bytes of one message. Twice as many wait at most for the rest of theirs."""
    command: int = 65_536
    """Bytes of a message that is read here: commands and metadata."""
    chunk_streams: int = 64
    bytes_before: int = 262_144
    """Sent before a key was found good, the handshake's 3 kB included."""
    messages_before: int = 128
    handshake_seconds: float = 5.0
    publish_seconds: float = 10.0
    """From the connection's beginning to a key."""
    idle_seconds: float = 30.0
    linger_seconds: float = 2.0
    """In which whoever is refused can read why: to close with unread bytes resets the connection, and the answer is
    lost."""

    @classmethod
    def of(cls, live: Live) -> "Limits":
        return cls(message=live.max_message, publish_seconds=live.publish_seconds, idle_seconds=live.idle_seconds)
