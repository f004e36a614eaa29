"""What each video takes beside its original and its downloads, whose rows say it already: measured in its folder where
something was made or removed, and kept in a row."""

from pathlib import Path

from novacast.clock import DAY, Clock
from novacast.database import Database
from novacast.vods.captions.delivery import FOLDER as CAPTIONS
from novacast.vods.folders import MediaFolders, whole
from novacast.vods.pictures.models import CHOSEN
from novacast.vods.storage import store
from novacast.vods.storage.models import Weight
from novacast.vods.storage.trees import walk

AGAIN = 7 * DAY
"""After which a video is measured again, though nobody said that anything changed."""
AT_ONCE = 500
"""Videos that one sweep measures."""
POSTERS = CHOSEN.partition("%")[0]
PICTURES = "pictures"
OF_ROWS = "downloads"


class Weights:
    """Fits `Weighs` of the rooms."""

    def __init__(self, db: Database, folders: MediaFolders, clock: Clock) -> None:
        self._db = db
        self._folders = folders
        self._clock = clock

    async def weigh(self, video_id: str) -> None:
        """Measure what lies there now. Of several at once the one that began last counts."""
        began = self._clock.now()
        weight = await whole(weight_of, self._folders.video(video_id))
        await self._db.write(lambda tx: store.weighed(tx, video_id, weight, began))

    async def sweep(self) -> None:
        """Videos that were never measured, because a process was killed before it could, and those long ago."""
        for video_id in await self._db.all(store.unweighed(self._clock.now() - AGAIN, AT_ONCE)):
            await self.weigh(video_id)


def weight_of(folder: Path) -> Weight:
    """Blocking. A file of several names counts once: a chosen poster lies in an edition too."""
    renditions = pictures = captions = 0
    seen: set[tuple[int, int]] = set()
    for lying in walk(folder):
        if len(lying.parts) < 2 or lying.parts[0] == OF_ROWS or lying.twin in seen:
            continue
        if lying.twin is not None:
            seen.add(lying.twin)
        room, inside = lying.parts[:2]
        if room == PICTURES or inside.startswith(POSTERS):
            pictures += lying.bytes
        elif inside == CAPTIONS:
            captions += lying.bytes
        else:
            renditions += lying.bytes
    return Weight(renditions, pictures, captions)
