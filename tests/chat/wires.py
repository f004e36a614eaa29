"""What rooms need of wires, for wires that a test makes up."""

from typing import Any


class Each(set[Any]):
    """Writes to one after the other."""

    def write(self, frame: bytes) -> None:
        for wire in list(self):
            wire.write(frame)
