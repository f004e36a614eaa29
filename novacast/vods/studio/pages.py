"""Pages for those who make videos. Everything here works without scripts, the choice of a file to upload aside."""

from collections.abc import Mapping, Sequence

from novacast.database import keyset
from novacast.errors import Conflict, Forbidden, InvalidInput
from novacast.i18n import gettext as _
from novacast.identity import Action, Principal
from novacast.records import dataclass
from novacast.vods.bodies import EditForm, StudioPageQuery, poster_path
from novacast.vods.cards import count_of, date_of, duration, size_of, state_badge, visibility_choices, visibility_name
from novacast.vods.health.summary import Audience, Summary
from novacast.vods.models import Video, VideoState
from novacast.vods.pages import PAGE, address, may_upload
from novacast.vods.ports import Organizations
from novacast.vods.service import StudioEntry, StudioFilter, Videos
from novacast.vods.storage.models import Usage
from novacast.vods.storage.quota import Quotas
from novacast.vods.transcoding.models import Transcode, TranscodeState
from novacast.vods.transcoding.service import Transcoding
from novacast.vods.uploads.service import Uploads
from novacast.vods.views.service import Views
from novacast.web import Call, Html, Redirect, form, page
from novacast.web.answers import Notice

VIDEO = "/studio/videos/{video_id}"


@dataclass(frozen=True, slots=True)
class Line:
    """A video in the studio's list."""

    id: str
    title: str
    poster: str
    duration: str
    date: str
    views: str
    visibility: str
    state: str
    kind: str
    running: bool
    progress: float | None
    reason: str | None


class StudioPages:
    def __init__(
        self,
        videos: Videos,
        transcoding: Transcoding,
        uploads: Uploads,
        organizations: Organizations,
        views: Views,
        quotas: Quotas,
        audience: Audience,
    ) -> None:
        self._videos = videos
        self._transcoding = transcoding
        self._uploads = uploads
        self._organizations = organizations
        self._views = views
        self._quotas = quotas
        self._audience = audience

    @page("/studio")
    async def list(self, call: Call, query: StudioPageQuery) -> Html:
        names = await self._organizations.names(sorted(call.principal.roles))
        if not names:
            return Html("vods/studio.html", {"organizations": [], "lines": [], "may_upload": False})
        org_id = query.org if query.org and query.org in names else _first(names, call.principal)
        wanted = StudioFilter(_state(query.state), text=query.q)
        found = await self._videos.studio(call.principal, org_id, wanted, cursor=_cursor(query), limit=PAGE)
        views = await self._views.totals([entry.video.id for entry in found.items])
        context = {
            "organizations": _by_name(names),
            "lines": [_line(entry, views.get(entry.video.id, 0)) for entry in found.items],
            "unfinished": await self._uploads.unfinished(call.principal),
            "storage": _room(await self._quotas.usage(call.principal, org_id)),
            "may_upload": may_upload(call.principal),
        }
        return Html("vods/studio.html", {**context, **_place(query, org_id, found.next)})

    @page("/studio/upload")
    async def upload(self, call: Call, query: StudioPageQuery) -> Html:
        possible = [one for one in call.principal.roles if call.principal.allows(Action.VIDEO_UPLOAD, one)]
        if not possible:
            raise Forbidden(_("You are in no organization that lets you upload videos."))
        names = await self._organizations.names(sorted(possible))
        org_id = query.org if query.org in possible else min(possible)
        context = {
            "organizations": _by_name(names),
            "org": org_id,
            "max_bytes": self._uploads.max_bytes,
            "max_text": size_of(self._uploads.max_bytes),
        }
        return Html("vods/upload.html", context)

    @page(VIDEO)
    async def video(self, call: Call, video_id: str) -> Html:
        video, transcode = await self._mine(call, video_id)
        values = EditForm(
            title=video.title,
            description=video.description,
            language=video.language,
            visibility=video.visibility.value,
        )
        return _edit(video, transcode, await self._summary(video), values)

    @form(VIDEO)
    async def edit(self, call: Call, video_id: str, form: EditForm) -> Html | Redirect:
        try:
            await self._videos.edit(call.principal, video_id, form.changes())
        except InvalidInput as error:
            video, transcode = await self._mine(call, video_id)
            return _edit(video, transcode, await self._summary(video), form, error)
        return Redirect(f"/studio/videos/{video_id}", notice=Notice("good", _("Saved.")))

    @page(f"{VIDEO}/delete")
    async def confirm_delete(self, call: Call, video_id: str) -> Html:
        video, _transcode = await self._mine(call, video_id)
        return Html("vods/delete.html", {"video": video})

    @form(f"{VIDEO}/delete")
    async def delete(self, call: Call, video_id: str) -> Redirect:
        await self._videos.delete(call.principal, video_id)
        return Redirect("/studio", notice=Notice("good", _("The video is deleted.")))

    @form(f"{VIDEO}/retry")
    async def retry(self, call: Call, video_id: str) -> Redirect:
        try:
            await self._transcoding.retry(call.principal, video_id)
        except Conflict as error:
            return Redirect(f"/studio/videos/{video_id}", notice=Notice("note", error.message))
        return Redirect(f"/studio/videos/{video_id}")

    @form(f"{VIDEO}/cancel")
    async def cancel(self, call: Call, video_id: str) -> Redirect:
        try:
            await self._transcoding.cancel(call.principal, video_id)
        except Conflict as error:
            return Redirect(f"/studio/videos/{video_id}", notice=Notice("note", error.message))
        return Redirect(f"/studio/videos/{video_id}", notice=Notice("note", _("The transcode is being stopped.")))

    async def _mine(self, call: Call, video_id: str) -> tuple[Video, Transcode | None]:
        detail = await self._videos.worked_on(call.principal, video_id)
        return detail.video, detail.transcode

    async def _summary(self, video: Video) -> Summary | None:
        """None of what could never be watched."""
        return await self._audience.summary(video.id) if video.edition is not None else None


def _room(usage: Usage) -> tuple[str, float | None]:
    """Words, and the share of what may be; None where nothing bounds it."""
    if usage.quota is None:
        return size_of(usage.used), None
    return _("{used} of {quota}").format(used=size_of(usage.used), quota=size_of(usage.quota)), usage.share


def _edit(
    video: Video,
    transcode: Transcode | None,
    audience: Summary | None,
    values: EditForm,
    error: InvalidInput | None = None,
) -> Html:
    state, kind = state_badge(video, transcode)
    context = {
        "video": video,
        "transcode": transcode,
        "audience": audience,
        "values": values,
        "errors": error.errors if error is not None else (),
        "choices": visibility_choices(),
        "state": state,
        "kind": kind,
        "running": _running(transcode),
        "cancelling": transcode is not None and transcode.cancelling,
        "progress": _progress(transcode),
        "failed": transcode is not None and transcode.state in {TranscodeState.FAILED, TranscodeState.CANCELLED},
        "reason": None if transcode is None else transcode.reason,
        "encoders": ", ".join(transcode.encoded.parts) if transcode is not None else "",
        "mishaps": transcode.encoded.told if transcode is not None else (),
        "poster": poster_path(video) or "",
        "duration": duration(video.duration),
        "date": date_of(video.created_at),
        "original_size": size_of(video.source_bytes),
        "media_size": "" if video.media_bytes is None else size_of(video.media_bytes),
    }
    return Html("vods/video.html", context, status=422 if error is not None else 200)


def _line(entry: StudioEntry, views: int) -> Line:
    video, transcode = entry.video, entry.transcode
    state, kind = state_badge(video, transcode)
    return Line(
        id=video.id,
        title=video.title,
        poster=poster_path(video) or "",
        duration=duration(video.duration),
        date=date_of(video.created_at),
        views=count_of(views),
        visibility=visibility_name(video.visibility),
        state=state,
        kind=kind,
        running=_running(transcode),
        progress=_progress(transcode),
        reason=transcode.reason if transcode is not None and transcode.state is TranscodeState.FAILED else None,
    )


def _running(transcode: Transcode | None) -> bool:
    return transcode is not None and transcode.state in {TranscodeState.QUEUED, TranscodeState.RUNNING}


def _progress(transcode: Transcode | None) -> float | None:
    """None where there is nothing to tell yet."""
    if transcode is None or transcode.state is TranscodeState.QUEUED:
        return None
    return transcode.progress / 1000


def _place(query: StudioPageQuery, org_id: str, following: str | None) -> dict[str, str]:
    """Where one is in the list, and the addresses of what is next to it."""
    kept = {"org": org_id, "q": query.q, "state": query.state}
    return {
        **kept,
        "next": address("/studio", **kept, cursor=following) if following else "",
        "first": address("/studio", **kept) if query.cursor else "",
        "upload_href": address("/studio/upload", org=org_id),
    }


def _by_name(names: Mapping[str, str]) -> Sequence[tuple[str, str]]:
    return sorted(names.items(), key=lambda item: item[1].casefold())


def _state(text: str) -> VideoState | None:
    return VideoState(text) if text in set(VideoState) else None


def _first(names: Mapping[str, str], principal: Principal) -> str:
    """Where one can upload comes before where one only belongs."""
    return min(names, key=lambda org_id: (not principal.allows(Action.VIDEO_UPLOAD, org_id), names[org_id]))


def _cursor(query: StudioPageQuery) -> str | None:
    """An old cursor of another list leads to the first page, as a page for people should."""
    try:
        keyset(query.cursor, int, str)
    except InvalidInput:
        return None
    return query.cursor
