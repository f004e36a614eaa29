"""What the app tells its screens."""

from textual.message import Message

from novacast.overview import Tonight


class Seen(Message):
    """What goes on, once a second."""

    def __init__(self, tonight: Tonight) -> None:
        super().__init__()
        self.tonight = tonight


class Gone(Message):
    """Nobody answers; it is tried again in so many seconds."""

    def __init__(self, why: str, seconds: float) -> None:
        super().__init__()
        self.why, self.seconds = why, seconds


class Returned(Message):
    """The server is heard (again): what lists show may be old."""
