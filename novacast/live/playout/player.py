"""What is to be on air of videos, by the rows: begun when its hour has come, gone on with after a restart."""

import asyncio
import logging
from collections.abc import Sequence

from novacast.clock import SECOND, Clock
from novacast.errors import NovaCastError
from novacast.i18n import text
from novacast.live.ingest import Intake
from novacast.live.models import FeedRole
from novacast.live.playout.models import Due
from novacast.live.playout.ports import Films, House, PlayoutRows
from novacast.live.playout.showing import Showing
from novacast.tasks import TaskGroup

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds from one look at the rows to the next."""
AGAIN = 10.0
"""Seconds after which what could not be put on air is tried again."""
FLUSH = 1.0
"""What encoders get to give what they hold of the last video."""


class Player:
    def __init__(self, rows: PlayoutRows, films: Films, house: House, clock: Clock) -> None:
        self._rows, self._films, self._house, self._clock = rows, films, house, clock
        self._showings: dict[str, Showing] = {}
        self._not_before: dict[str, float] = {}
        self._tasks = TaskGroup("player")

    def start(self) -> None:
        self._tasks.start(self._run(), "look")

    async def close(self) -> None:
        """What is on air goes on where it should be by then, once a server is back."""
        await self._tasks.close()

    async def _run(self) -> None:
        while True:
            try:
                self._look(await self._rows.due())
            except NovaCastError as error:
                log.warning("what is to be put on air can't be read: %s", error.message)
            await asyncio.sleep(LOOK)

    def _look(self, due: Sequence[Due]) -> None:
        wanted = {one.playout.programme_id: one for one in due}
        for id_, showing in self._showings.items():
            if id_ not in wanted or wanted[id_].playout.videos != showing.playout.videos:
                showing.close(_TAKEN_OFF)
        for id_, one in wanted.items():
            if id_ not in self._showings and self._clock.monotonic() >= self._not_before.get(id_, 0.0):
                showing = Showing(one.playout, self._films, self._house, self._clock)
                self._showings[id_] = showing
                self._tasks.start(self._show(showing, one.until), f"programme {id_}")

    async def _show(self, showing: Showing, until: int | None) -> None:
        playout = showing.playout
        try:
            intake = await self._house.admit_house(playout.programme_id, playout.role, _LABEL, showing)
            try:
                done = await self._shown(showing, intake, until)
            finally:
                intake.end(_OVER)
            if done:
                await asyncio.sleep(FLUSH)
                await self._rows.finished(playout)
        except NovaCastError as error:
            log.warning("no video in programme %s: %s", playout.programme_id, error.message)
        finally:
            self._not_before[playout.programme_id] = self._clock.monotonic() + AGAIN
            self._showings.pop(playout.programme_id, None)

    async def _shown(self, showing: Showing, intake: Intake, until: int | None) -> bool:
        """Whether it came to its end, or to the programme's."""
        began = await self._rows.began(showing.playout.programme_id)
        now = self._clock.now()
        left = (until - now) / SECOND if until is not None and showing.playout.role is FeedRole.MAIN else None
        try:
            async with asyncio.timeout(left):
                return await showing.run(intake, now - began)
        except TimeoutError:
            return True


_LABEL = "NovaCast"
_OVER = text("The videos are over.")
_TAKEN_OFF = text("The videos were taken off.")
