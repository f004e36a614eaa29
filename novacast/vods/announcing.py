"""New videos as those are told of them who follow a house. Fits notifications' ports without knowing of them."""

from collections.abc import Callable, Sequence

from novacast.clock import DAY
from novacast.database import Transaction
from novacast.identity import Principal
from novacast.records import dataclass
from novacast.visibility import ANNOUNCED, announced
from novacast.vods import store
from novacast.vods.models import Video, VideoState

NEW = 14 * DAY
"""After it could first be watched, a video is new for so long: one that is shown to everybody later is no news."""
Clipped = Callable[[Transaction, str], bool]
"""Whether a video was cut out of a programme by somebody who watched it."""


@dataclass(frozen=True, slots=True)
class AnnouncedVideo:
    video: Video

    @property
    def title(self) -> str:
        return self.video.title

    @property
    def org_id(self) -> str:
        return self.video.org_id

    @property
    def followed(self) -> Sequence[str]:
        """Ids of what it may be followed by."""
        return (self.video.org_id,)

    @property
    def path(self) -> str:
        return f"/watch/{self.video.id}"

    @property
    def findable(self) -> bool:
        return self.video.visibility in ANNOUNCED

    def shows(self, principal: Principal) -> bool:
        return announced(principal, self.video)


class AnnouncedVideos:
    def __init__(self, clipped: Clipped) -> None:
        self._clipped = clipped

    def thing(self, tx: Transaction, video_id: str) -> AnnouncedVideo | None:
        """None for what can't be watched, is not new, or is a clip."""
        found = tx.one(store.by_id(video_id))
        if found is None or found.state is not VideoState.READY or found.published_at is None:
            return None
        if found.published_at < tx.now - NEW or self._clipped(tx, video_id):
            return None
        return AnnouncedVideo(found)
