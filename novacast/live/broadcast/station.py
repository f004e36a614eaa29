"""The engine and the servers that encoders speak to: the part of live that could be a process of its own."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from novacast.clock import Clock
from novacast.folder import DataFolder
from novacast.live.broadcast.broadcast import House
from novacast.live.broadcast.engine import Engine
from novacast.live.broadcast.equipment import Equipment
from novacast.live.broadcast.ports import Archive, Audience, PlayerReports, Rows
from novacast.live.broadcast.slate import HOUSE
from novacast.live.models import Channel
from novacast.live.pictures.models import picture_file
from novacast.live.playout.player import Player
from novacast.live.playout.ports import Films, PlayoutRows
from novacast.live.rtmp.limits import Limits
from novacast.live.rtmp.server import Listening, RtmpServer
from novacast.live.simulcast.ports import TargetRows
from novacast.live.simulcast.simulcast import Simulcasts
from novacast.live.srt.limits import Limits as SrtLimits
from novacast.live.srt.server import Listening as SrtListening
from novacast.live.srt.server import SrtServer
from novacast.live.webrtc.server import Receiving, WhipDoor, WhipServer
from novacast.live.whep.ports import WhepAudience
from novacast.live.whep.server import WhepServer
from novacast.live.whep.service import Monitoring
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.metrics import Metrics
from novacast.settings import Settings


class Station:
    """`engine` is there from the beginning; it is on air, and takes encoders, while `running`."""

    def __init__(
        self,
        rows: Rows,
        archive: Archive,
        audience: Audience,
        settings: Settings,
        folder: DataFolder,
        clock: Clock,
        whip: WhipDoor,
        targets: TargetRows | None = None,
        playouts: PlayoutRows | None = None,
        films: Films | None = None,
        monitoring: Monitoring | None = None,
        peers: WhepAudience | None = None,
        playing: PlayerReports | None = None,
    ) -> None:
        """Without `targets` nothing is sent on; without `playouts` and `films` no video is put on air; without
        `monitoring` and `peers` nobody watches by WebRTC; without `playing` nobody knows how it goes for viewers."""
        self._monitoring, self._peers = monitoring, peers
        self._settings, self._clock, self._whip, self._targets = settings, clock, whip, targets
        self._player: Player | None = None

        async def find() -> FFmpeg:
            return await find_ffmpeg(folder.cache, explicit=settings.transcode.ffmpeg)

        async def slate_of(channel: Channel) -> Path:
            if channel.slate is None:
                return HOUSE
            chosen = picture_file(folder, channel.slate)
            return chosen if await asyncio.to_thread(chosen.is_file) else HOUSE

        self._find = find
        self.srt: SrtServer | None = None
        equipment = Equipment(find, folder.cache, clock, preset=settings.transcode.preset)
        reserve = settings.uploads.reserve_bytes
        on = Simulcasts(targets, settings.live.private_targets) if targets is not None else None
        house = House(rows, archive, audience, equipment, slate_of, clock, folder.live, reserve, on, playing)
        self.engine = Engine(house)
        if playouts is not None and films is not None:
            self._player = Player(playouts, films, self.engine, clock)

    @asynccontextmanager
    async def running(self, metrics: Metrics, context: ssl.SSLContext | None) -> AsyncIterator[RtmpServer]:
        """`context`: of the server's certificate, for RTMPS. Raises BadSettings."""
        live = self._settings.live
        async with AsyncExitStack() as stack:
            if self._targets is not None:
                await self._targets.silence()
            await self.engine.start()
            stack.push_async_callback(self.engine.close)
            if self._player is not None:
                self._player.start()
                stack.push_async_callback(self._player.close)
            rtmp = RtmpServer(self.engine, metrics, Listening.of(self._settings), Limits.of(live), context)
            await rtmp.start()
            stack.push_async_callback(rtmp.close)
            if (port := SrtListening.of(self._settings)) is not None:
                self.srt = SrtServer(self.engine, self._find, metrics, self._clock, port, SrtLimits.of(live))
                await self.srt.start()
                stack.push_async_callback(self.srt.close)
            if live.whip:
                self._whip.server = WhipServer(self.engine, metrics, self._clock, Receiving.of(self._settings))
                self._whip.server.start()
                stack.push_async_callback(self._whip.server.close)
            if live.whep and self._monitoring is not None and self._peers is not None:
                receiving = replace(Receiving.of(self._settings), most=live.whep_viewers)
                self._monitoring.server = whep = WhepServer(
                    self.engine, self._peers, self._monitoring.permits, metrics, self._clock, receiving
                )
                whep.start()
                stack.push_async_callback(whep.close)
            yield rtmp
