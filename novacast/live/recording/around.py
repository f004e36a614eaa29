"""Clips on the pages of what they were cut from, and the way back."""

from collections.abc import Mapping, Sequence
from typing import Any

from novacast.database import Database
from novacast.identity import Principal
from novacast.live.ports import Library, Recording
from novacast.live.recording import store
from novacast.records import dataclass
from novacast.words import duration


@dataclass(frozen=True, slots=True)
class ClipLists:
    db: Database
    library: Library

    async def of_programme(self, principal: Principal, programme_id: str, most: int) -> list[dict[str, Any]]:
        """Those that these eyes may see, the latest first, as `ui.video_card` takes them."""
        return await self._cards(principal, await self.db.all(store.of_programme(programme_id)), most)

    async def of_channel(self, principal: Principal, channel_id: str, most: int) -> list[dict[str, Any]]:
        return await self._cards(principal, await self.db.all(store.of_channel(channel_id)), most)

    async def around(self, principal: Principal, video_id: str, most: int) -> Mapping[str, Any]:
        """Of a video's page: `clips` of what it was as a programme, and `cut_from` where it is a clip itself."""
        origin = await self.db.one(store.origin(video_id))
        found = await self.library.watchable(principal, [origin]) if origin else {}
        return {
            "clips": await self.of_programme(principal, video_id, most),
            "cut_from": {"href": f"/watch/{origin}", "title": found[origin].title}
            if origin and origin in found
            else None,
        }

    async def _cards(self, principal: Principal, ids: Sequence[str], most: int) -> list[dict[str, Any]]:
        found = await self.library.watchable(principal, ids)
        return [_card(found[one]) for one in ids if one in found][:most]


def _card(one: Recording) -> dict[str, Any]:
    return {
        "href": f"/watch/{one.id}",
        "title": one.title,
        "poster": one.poster or "",
        "duration": duration(one.duration),
    }
