"""What a video will need, before it is made: bytes of its renditions, and time."""

import asyncio

from novacast.clock import SECOND
from novacast.database import Database
from novacast.errors import DiskFull
from novacast.i18n import text
from novacast.vods.folders import MediaFolders
from novacast.vods.models import Video
from novacast.vods.storage import store
from novacast.vods.storage.models import FEW, Forecast, Wanted, median, room, size
from novacast.vods.storage.quota import Quotas
from novacast.vods.transcoding.plan import Plan


class Forecasts:
    """Fits `Judge` of transcoding."""

    def __init__(self, db: Database, folders: MediaFolders, quotas: Quotas, reserve: int) -> None:
        """`reserve`: bytes of disk that are left alone."""
        self._db = db
        self._folders = folders
        self._quotas = quotas
        self._reserve = reserve

    async def of(self, org_id: str, plan: Plan) -> Forecast:
        """After the organization's own past videos, else all; in the end after what is planned."""
        seconds = plan.info.duration / SECOND
        wanted = [Wanted(rung.name, rung.bitrate) for rung in (*plan.ladder.rungs, *plan.coded)]
        async with self._db.snapshot() as view:
            own, all_ = await view.all(store.samples(org_id)), await view.all(store.samples(None))
            height = round(plan.info.video.display_size[1]) if plan.info.video is not None else None
            speeds = await view.all(store.speeds(height))
            if not speeds and plan.info.video is not None:
                width, tall = plan.info.video.display_size
                speeds = [pace * float(width * tall) / 1e6 for pace in await view.all(store.paces())]
        counts = {one.name: sum(sample.name == one.name for sample in own) for one in wanted}
        past = [one for one in own if counts.get(one.name, 0) >= FEW]
        past += [one for one in all_ if counts.get(one.name, 0) < FEW]
        pictures, measured = size(wanted, past, seconds)
        sounds = sum(sound.bitrate for sound in plan.ladder.sounds) * seconds / 8
        copied = plan.info.size if plan.copied is not None else 0
        cost = median(speeds)
        return Forecast(pictures + round(sounds) + copied, None if cost is None else cost * seconds, measured)

    async def check(self, video: Video, plan: Plan) -> Forecast:
        """Raises DiskFull or QuotaReached where the renditions will not fit."""
        forecast = await self.of(video.org_id, plan)
        # What is there of it already goes when the new is there.
        await self._quotas.check(video.org_id, max(0, forecast.bytes - (video.media_bytes or 0)))
        free = await asyncio.to_thread(self._folders.free)
        if free - self._reserve < forecast.bytes:
            raise DiskFull(
                text(
                    "The renditions need about {wanted}, and only {free} may be used on the "
                    "disk that holds {folder}. Make room and try again.",
                    wanted=room(forecast.bytes),
                    free=room(max(0, free - self._reserve)),
                    folder=self._folders.data.media,
                )
            )
        return forecast
