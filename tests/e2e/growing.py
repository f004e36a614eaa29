"""The finished ladder of the player's tests as it was at a moment of its making."""

import re
from dataclasses import dataclass, field


@dataclass
class Growing:
    """What is there: `rungs` are listed by the multivariant playlist, `segments` says how many a playlist has."""

    rungs: set[str] = field(default_factory=lambda: {"v0.m3u8"})
    segments: dict[str, int] = field(default_factory=lambda: {"v0.m3u8": 2, "v2.m3u8": 2})
    """Of a playlist that is not named here all are there."""
    finished: bool = False

    def cut(self, name: str, text: str) -> str:
        """The playlist `name`, whole in `text`, as it is now."""
        if name == "master.m3u8":
            return re.sub(r"#EXT-X-STREAM-INF:.*\n(.+)\n", lambda one: one[0] if one[1] in self.rungs else "", text)
        if name not in ("v0.m3u8", "v1.m3u8", "v2.m3u8") or self.finished:
            return text
        text = text.replace("#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-PLAYLIST-TYPE:EVENT")
        there = self.segments.get(name)
        parts = re.split(r"(?=#EXTINF:)", text)
        if there is None or there >= len(parts) - 1:
            return text
        return "".join(parts[: there + 1])
