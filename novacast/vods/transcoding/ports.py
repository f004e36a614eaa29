"""What a transcode has to do with the rooms around it, which keep something beside the picture."""

from pathlib import Path
from typing import Protocol

from novacast.database import Transaction
from novacast.media.info import MediaInfo
from novacast.vods.models import Video
from novacast.vods.transcoding.plan import Plan


class Learns(Protocol):
    def planned(self, tx: Transaction, video: Video, info: MediaInfo) -> None:
        """What is in the file is known; in the transaction of its plan, which may be made again."""
        ...


class Judge(Protocol):
    async def check(self, video: Video, plan: Plan, /) -> object:
        """Raises a refusal, with its reason, where what is planned will not fit."""
        ...


class Air(Protocol):
    async def on_air(self) -> bool:
        """Whether a programme is live on this machine. A worker asks, once a second, which is another process than the
        one that broadcasts: what it is told stands in rows, and a broadcast whose process was killed is none."""
        ...


class Keeps(Protocol):
    def place(self, video: Video, folder: Path) -> None:
        """Blocking. Link what outlives editions into the `folder` of one, before its playlists are written.
        Called often: what is there already costs nothing."""
        ...
