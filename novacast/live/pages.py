"""What stands at a watch address before a programme is a video, and the pages of live put together."""

from collections.abc import Mapping
from typing import Any

from novacast.database import Database
from novacast.errors import NotFound, Unauthenticated
from novacast.live.channels.bodies import poster_path as channel_poster
from novacast.live.channels.pages import ChannelPages, ChannelStudioPages
from novacast.live.keys.obs import Ingest
from novacast.live.keys.pages import KeyPages
from novacast.live.models import Programme, ProgrammeState
from novacast.live.playout.pages import PlayoutPages
from novacast.live.ports import Library, Organizations, People
from novacast.live.preflight.pages import PreflightPages
from novacast.live.programmes.bodies import poster_path
from novacast.live.programmes.pages import PlanPages, ProgrammeStudioPages
from novacast.live.programmes.service import Detail
from novacast.live.recording.around import ClipLists
from novacast.live.recording.pages import ClipPages
from novacast.live.reminders.pages import ReminderPages
from novacast.live.services import LiveServices
from novacast.live.studio import ChannelStudio
from novacast.live.targets.pages import TargetPages
from novacast.live.webrtc.pages import GoLivePages
from novacast.live.whep.pages import MonitorPages
from novacast.live.words import hour, line, state_badge
from novacast.settings import Settings
from novacast.web import Call, Html
from novacast.words import visibility_name

NOW, COMING, CLIPS = 8, 6, 12
PLAYER_CSP = {
    "style-src": "'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "media-src": "'self' blob: data:",
}
"""What templates/player.html says that its page needs."""


class WatchPages:
    """Fits videos' port `OnAirPages`."""

    def __init__(self, own: LiveServices, db: Database, organizations: Organizations, library: Library) -> None:
        self._programmes, self._reminders, self._cutting = own.programmes, own.reminders, own.clips
        self._clips, self._pictures = ClipLists(db, library), own.pictures
        self._organizations = organizations
        self._library = library

    async def page(self, call: Call, programme_id: str) -> Html | None:
        """None: nothing of this id is planned, on air, or was a moment ago; or not for these eyes."""
        try:
            detail = await self._programmes.show(call.principal, programme_id)
        except NotFound:
            return None
        except Unauthenticated:
            if await self._recorded(call, programme_id):
                return None
            raise
        if detail.programme.state is ProgrammeState.ENDED and await self._recorded(call, programme_id):
            return None
        return await self._shown(call, detail)

    async def programming(self, call: Call) -> Mapping[str, Any]:
        """What is on now and comes next, as home and library show it: `on_air` and `coming`."""
        found = await self._programmes.programming(call.principal, now=NOW, coming=COMING)

        def poster(one: Programme) -> str:
            channel = found.posters.get(one.channel_id)
            return poster_path(one) or (channel_poster(channel) if channel is not None else None) or ""

        def place(one: Programme) -> str:
            channel = found.posters.get(one.channel_id)
            return channel.name if channel is not None else ""

        return {
            "on_air": [
                (line(one, await self._pictures.still_path(one) or poster(one)), place(one)) for one in found.now
            ],
            "coming": [(line(one, poster(one)), place(one)) for one in found.next],
        }

    async def around(self, call: Call, video_id: str) -> Mapping[str, Any]:
        """`clips` of a video that was on air, and `cut_from` of a clip."""
        return await self._clips.around(call.principal, video_id, CLIPS)

    async def embedded(self, call: Call, programme_id: str) -> Mapping[str, Any] | None:
        """For a page that has nothing but the player; None as for `page`."""
        try:
            detail = await self._programmes.show(call.principal, programme_id)
        except (NotFound, Unauthenticated):
            return None
        programme = detail.programme
        if programme.state is ProgrammeState.ENDED and await self._recorded(call, programme_id):
            return None
        return {
            "programme": programme,
            "poster": poster_path(programme) or channel_poster(detail.channel) or "",
            "planned": hour(programme.planned_start),
            "now": await self._programmes.now(call.principal, programme_id),
        }

    async def _recorded(self, call: Call, programme_id: str) -> bool:
        return bool(await self._library.watchable(call.principal, [programme_id]))

    async def _shown(self, call: Call, detail: Detail) -> Html:
        programme, channel = detail.programme, detail.channel
        names = await self._organizations.names([programme.org_id])
        state, kind = state_badge(programme.state)
        context = {
            "programme": programme,
            "channel": channel,
            "organization": names.get(programme.org_id, ""),
            "poster": poster_path(programme) or channel_poster(channel) or "",
            "now": await self._programmes.now(call.principal, programme.id),
            "state": state,
            "kind": kind,
            "visibility": visibility_name(programme.visibility),
            "planned": hour(programme.planned_start),
            "started": hour(programme.started_at),
            "produces": detail.produces,
            "recorded": channel.record,
        }
        if programme.airing:
            context["clips"] = await self._clips.of_programme(call.principal, programme.id, CLIPS)
            context["cuts"] = self._cutting.permits(call.principal, programme.org_id)
            return Html("live/watch.html", context, csp=PLAYER_CSP)
        context["reminded"] = await self._reminders.wanted(call.principal, programme.id)
        context["remindable"] = programme.state is ProgrammeState.PLANNED
        return Html("live/waiting.html", context, csp=PLAYER_CSP)


def live_pages(
    own: LiveServices, db: Database, settings: Settings, organizations: Organizations, people: People, library: Library
) -> list[object]:
    studio = ChannelStudio(db, own.channels, own.programmes, own.keys, own.targets, people, Ingest.of(settings))
    return [
        ChannelPages(own.programmes, organizations, library, ClipLists(db, library), own.pictures),
        ClipPages(own.clips),
        ChannelStudioPages(own.channels, organizations, studio),
        KeyPages(own.keys, own.channels, studio, db.clock),
        TargetPages(own.targets, own.channels, studio),
        GoLivePages(own.channels, own.programmes, Ingest.of(settings)),
        PlanPages(own.programmes, own.channels),
        ProgrammeStudioPages(own.programmes, own.producing, own.playouts),
        PlayoutPages(own.playouts),
        PreflightPages(own.preflight),
        MonitorPages(own.monitoring),
        ReminderPages(own.reminders),
    ]
