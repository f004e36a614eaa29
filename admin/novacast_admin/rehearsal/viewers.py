"""Viewers of LL-HLS, many in one process. A viewer does what a browser's player does: of picture and of sound one
connection reloads the playlist, blocking and with delta updates, and one fetches each part as soon as it is listed.

Run by the rehearsal: `python -m novacast_admin.rehearsal.viewers HOST PORT PROGRAMME FIRST`; FIRST is the number of the
first viewer, whose address comes from it.
"""

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import uvloop

from novacast.clock import SystemClock
from novacast.errors import Unavailable
from novacast_admin.rehearsal.extras import act
from novacast_admin.rehearsal.lines import Answer, Line, address, good, percentile
from novacast_admin.rehearsal.playlists import Offered, Timeline, listed, offered

AT_ONCE = 8
"""Viewers that come at the same time."""
HOLD = 3.0
"""Parts that a player keeps in hand at least (PART-HOLD-BACK, RFC 8216bis 4.4.3.8): one that is later is a stall."""
AGAIN = 0.5
"""Seconds after which a playlist that was refused is asked for again."""
MIXTURE = (0, 0, 0, 0, 0, 1, 1, 1, 2, -1)
"""Which rung each of ten viewers is on, the best being 0: half of them can take the best, one only the smallest."""
clock = SystemClock()


class Count:
    """What is counted while it is open."""

    def __init__(self) -> None:
        self.open, self.part = False, 0.0
        self.delays: list[float] = []
        self.requests = self.refused = self.bytes = 0
        self.words = ""
        """Of the last refusal."""

    def begin(self) -> None:
        self.open = True
        self.delays, self.requests, self.refused, self.bytes = [], 0, 0, 0

    def asked(self, answer: Answer) -> bool:
        """Whether it was answered well."""
        self.requests += 1
        self.bytes += len(answer.body)
        if answer.status != 200:
            self.refused += 1
            self.words = f"{answer.status} {answer.body[:200].decode(errors='replace')}"
        return answer.status == 200

    def came(self, delay: float | None) -> None:
        if self.open and delay is not None:
            self.delays.append(delay)


class Follower:
    """One track of one viewer. `track` gives the path of its playlist; None where nothing is to be watched now."""

    def __init__(self, place: "Crowd", base: str, track: Callable[[], str | None], lines: tuple[Line, Line]) -> None:
        self._crowd, self._base, self._track = place, base, track
        self._playlists, self._parts = lines
        self._name: str | None = None
        self._newest: int | None = None
        self._wanted: deque[tuple[int, bytes]] = deque()

    def begin(self) -> None:
        """Also where it rested; does nothing where it is at it."""
        if not self._playlists.idle or (name := self._track()) is None:
            return
        if name != self._name:
            self._name, self._newest = name, None
            self._wanted.clear()
        self._playlists.ask(f"{self._base}/{name}".encode(), self._told)

    def _told(self, answer: Answer) -> None:
        name = self._name
        if not self._crowd.count.asked(answer):
            asyncio.get_running_loop().call_later(AGAIN, self.begin)
            return
        here = listed(answer.body)
        assert name is not None
        self._crowd.timeline(name).learn(here.parts)
        if self._newest is None:
            self._newest = here.parts[-2].number if len(here.parts) > 1 else -1
        self._wanted.extend((one.number, one.name) for one in here.parts if one.number > self._newest)
        self._newest = max((one.number for one in here.parts), default=self._newest)
        self._fetch()
        if self._track() != name:
            self._newest = None
            self.begin()
            return
        query = f"{self._base}/{name}?_HLS_msn={here.msn}&_HLS_part={here.part}&_HLS_skip=YES"
        self._playlists.ask(query.encode(), self._told)

    def _fetch(self) -> None:
        if not self._wanted or not self._parts.idle or self._name is None:
            return
        number, part = self._wanted.popleft()
        name = self._name
        folder = name.rpartition("/")[0]

        def come(answer: Answer) -> None:
            if self._crowd.count.asked(answer):
                self._crowd.count.came(self._crowd.timeline(name).delay(number, clock.monotonic()))
            self._fetch()

        self._parts.ask(f"{self._base}/{folder}/".encode() + part, come)


class Viewer:
    def __init__(self, crowd: "Crowd", number: int, base: str, shown: Offered, lines: list[Line]) -> None:
        self._crowd, self._number, self._shown = crowd, number, shown
        self._followers = [
            Follower(crowd, base, self._picture, (lines[0], lines[1])),
            Follower(crowd, base, self._sound, (lines[2], lines[3])),
        ]

    def begin(self) -> None:
        for one in self._followers:
            one.begin()

    def _picture(self) -> str | None:
        if self._number >= self._crowd.active:
            return None
        pictures = self._shown.pictures
        named = [path for path, _ in pictures if path.startswith(f"{self._crowd.rung}/")]
        if self._crowd.rung and named:
            return named[0]
        wanted = MIXTURE[self._number % len(MIXTURE)]
        return pictures[-1 if wanted < 0 else min(wanted, len(pictures) - 1)][0]

    def _sound(self) -> str | None:
        return self._shown.sound or None if self._number < self._crowd.active else None


class Crowd:
    def __init__(self, host: str, port: int, programme: str, first: int) -> None:
        self._host, self._port, self._programme, self._first = host, port, programme, first
        self._viewers: list[Viewer] = []
        self._timelines: dict[str, Timeline] = {}
        self.count = Count()
        self.active = 0
        """How many watch; the others rest."""
        self.rung = ""

    def timeline(self, name: str) -> Timeline:
        return self._timelines.setdefault(name, Timeline())

    async def gather(self, cue: dict[str, Any]) -> dict[str, Any]:
        """So many viewers watch from now on, all of them one rung where it is named; the others rest."""
        wanted, self.rung = int(cue["viewers"]), str(cue["rung"])
        while len(self._viewers) < wanted:
            numbers = range(len(self._viewers), min(wanted, len(self._viewers) + AT_ONCE))
            self._viewers += await asyncio.gather(*(self._arrive(number) for number in numbers))
        self.active = wanted
        for line in self._timelines.values():
            line.anew()
        for one in self._viewers[:wanted]:
            one.begin()
        return {"viewers": wanted}

    async def counted(self, cue: dict[str, Any]) -> dict[str, Any]:
        self.count.part = float(cue["part"])
        self.count.begin()
        before, began = time.process_time(), clock.monotonic()
        await asyncio.sleep(float(cue["seconds"]))
        self.count.open = False
        return self._told(clock.monotonic() - began, time.process_time() - before)

    def _told(self, passed: float, used: float) -> dict[str, Any]:
        delays, part = sorted(self.count.delays), self.count.part
        return {
            "parts": len(delays),
            "p50": percentile(delays, 0.5),
            "p99": percentile(delays, 0.99),
            "late": sum(one > part for one in delays),
            "stalls": sum(one > HOLD * part for one in delays),
            "refused": self.count.refused,
            "words": self.count.words,
            "requests": self.count.requests / passed,
            "bytes": self.count.bytes / passed,
            "cpu": used / passed,
        }

    async def offer(self, cue: dict[str, Any]) -> dict[str, Any]:
        """What the programme can be watched in, once it can."""
        line = await Line.open(self._host, self._port)
        _, shown = await self._session(line, 0)
        line.close()
        return {"pictures": shown.pictures, "sound": shown.sound}

    async def _arrive(self, number: int) -> Viewer:
        lines = [await Line.open(self._host, self._port) for _ in range(4)]
        base, shown = await self._session(lines[0], number)
        return Viewer(self, number, base, shown, lines)

    async def _session(self, line: Line, number: int) -> tuple[str, Offered]:
        """As a page begins: an address, which leads to a session, and the list of renditions."""
        head = address(self._first + number)
        stream = good(await line.get(f"/api/v1/streams/{self._programme}", head=head), "A stream")
        opened = good(await line.get(_url(stream), head=head), "A session", (301, 302, 303, 307))
        path = opened.location.partition("?")[0]
        master = good(await line.get(path, head=head), "A list of renditions")
        shown = offered(master.body.decode())
        if not shown.pictures:
            raise Unavailable("The programme has no picture yet.")
        return path.rpartition("/")[0], shown


def _url(stream: Answer) -> str:
    url = str(json.loads(stream.body)["url"])
    return "/" + url.split("/", 3)[3] if "://" in url else url


async def main(host: str, port: str, programme: str, first: str) -> None:
    crowd = Crowd(host, int(port), programme, int(first))
    await act({"gather": crowd.gather, "count": crowd.counted, "offer": crowd.offer})


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:5]))
