"""Pages of channels: for viewers, and for those who make and produce them. All of it works without scripts."""

from typing import Annotated, Any, Literal, Protocol
from urllib.parse import urlencode

from pydantic import Field

from novacast.errors import Conflict, FieldError, Forbidden, InvalidInput, Unauthenticated
from novacast.i18n import gettext as _
from novacast.identity import Action, Principal
from novacast.live.channels.bodies import poster_path, slate_path
from novacast.live.channels.models import Setup
from novacast.live.channels.service import Channels, Detail
from novacast.live.models import Channel, PassThrough, Programme
from novacast.live.ports import Library, Organizations
from novacast.live.programmes.bodies import poster_path as programme_poster
from novacast.live.programmes.service import Programmes, Schedule
from novacast.live.recording.around import ClipLists
from novacast.live.studio import ChannelStudio
from novacast.live.words import hour, line, pass_through_choices, profile_choices, visibility_choices
from novacast.visibility import Visibility
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.web.answers import Notice
from novacast.words import date_of, duration, visibility_name

STUDIO = "/studio/live"
CHANNEL = f"{STUDIO}/channels/{{channel_id}}"
PAGE = 24
COMING, GONE, CLIPS = 10, 12, 12


class ChannelsQuery(Body):
    org: Annotated[str | None, Field(max_length=64)] = None
    cursor: Annotated[str | None, Field(max_length=500)] = None


class NewChannelForm(Body):
    org: Annotated[str, Field(max_length=64)] = ""
    name: str = ""
    description: str = ""
    visibility: Literal["public", "unlisted", "signed_in", "organization", "private"] = "public"
    profile: Literal["ultra", "low", "standard"] = "low"

    def setup(self) -> Setup:
        return Setup(self.name, self.description, Visibility(self.visibility), self.profile)


class SetupForm(NewChannelForm):
    heights: str = ""
    pass_through: Literal["auto", "yes", "no"] = "auto"  # noqa: S105 - no password, whatever it is called
    return_seconds: int = 120
    record: bool = False
    dvr: bool = False
    keep_source: bool = False

    def setup(self) -> Setup:
        return Setup(
            name=self.name,
            description=self.description,
            visibility=Visibility(self.visibility),
            profile=self.profile,
            heights=_heights(self.heights),
            pass_through=PassThrough(self.pass_through),
            return_seconds=self.return_seconds,
            record=self.record,
            dvr=self.dvr,
            keep_source=self.keep_source,
        )

    @classmethod
    def of(cls, channel: Channel) -> "SetupForm":
        return cls(
            name=channel.name,
            description=channel.description,
            visibility=channel.visibility.value,
            profile=channel.profile,
            heights=", ".join(map(str, channel.heights)),
            pass_through=channel.pass_through.value,
            return_seconds=channel.return_seconds,
            record=channel.record,
            dvr=channel.dvr,
            keep_source=channel.keep_source,
        )


class Stills(Protocol):
    async def still_path(self, programme: Programme, /) -> str:
        """Of what is on air; empty where there is none."""
        ...


class ChannelPages:
    """What viewers come to."""

    def __init__(
        self, programmes: Programmes, organizations: Organizations, library: Library, clips: ClipLists, pictures: Stills
    ) -> None:
        self._clips, self._pictures = clips, pictures
        self._programmes = programmes
        self._organizations = organizations
        self._library = library

    @page("/channels/{channel_id}", public=True)
    async def show(self, call: Call, channel_id: str) -> Html | Redirect:
        try:
            shown = await self._programmes.schedule(call.principal, channel_id, coming=COMING, gone=GONE)
        except Unauthenticated:  # the page is public, this channel is not
            return Redirect(f"/login?{urlencode({'next': f'/channels/{channel_id}'})}")
        return Html("live/channel.html", await self._context(call.principal, shown))

    async def _context(self, principal: Principal, shown: Schedule) -> dict[str, Any]:
        channel = shown.channel
        return {
            "channel": channel,
            "poster": poster_path(channel) or "",
            "organization": (await self._organizations.names([channel.org_id])).get(channel.org_id, ""),
            "now": None if shown.now is None else line(shown.now, await self._picture(shown.now)),
            "next": [line(one, programme_poster(one)) for one in shown.next],
            "past": await self._past(principal, shown),
            "clips": await self._clips.of_channel(principal, channel.id, CLIPS),
            "produces": principal.allows(Action.LIVE_PRODUCE, channel.org_id),
        }

    async def _picture(self, programme: Programme) -> str | None:
        return await self._pictures.still_path(programme) or programme_poster(programme)

    async def _past(self, principal: Principal, shown: Schedule) -> list[dict[str, Any]]:
        """Those of which there is a recording that these eyes may see, as `ui.video_card` takes them."""
        videos = await self._library.watchable(principal, [one.id for one in shown.past])
        return [
            {
                "href": f"/watch/{one.id}",
                "title": found.title,
                "poster": found.poster or "",
                "duration": duration(found.duration),
                "meta": date_of(one.started_at or one.created_at),
            }
            for one in shown.past
            if (found := videos.get(one.id)) is not None
        ]


class ChannelStudioPages:
    """What those who make and produce channels work with."""

    def __init__(self, channels: Channels, organizations: Organizations, studio: ChannelStudio) -> None:
        self._channels = channels
        self._organizations = organizations
        self._studio = studio

    @page(STUDIO)
    async def list(self, call: Call, query: ChannelsQuery) -> Html:
        names = await self._organizations.names(sorted(call.principal.roles))
        asked = query.org or ""
        org_id = asked if asked in names else min(names, default="", key=lambda one: names[one])
        context: dict[str, Any] = {"organizations": _by_name(names), "org": org_id, "lines": [], "next": ""}
        context["may_make"] = False
        if org_id:
            context |= await self._listed(call.principal, org_id, query.cursor)
        return Html("live/channels.html", context)

    @page(f"{STUDIO}/new")
    async def begin(self, call: Call, query: ChannelsQuery) -> Html:
        return await self._new(call, NewChannelForm(org=query.org or ""))

    @form(f"{STUDIO}/new")
    async def create(self, call: Call, form: NewChannelForm) -> Html | Redirect:
        try:
            made = await self._channels.create(call.principal, form.org, form.setup())
        except (InvalidInput, Conflict) as error:
            return await self._new(call, form, error)
        notice = Notice("good", _("The channel is made. Now make a stream key for the encoder."))
        return Redirect(f"{STUDIO}/channels/{made.id}", notice=notice)

    @page(CHANNEL)
    async def show(self, call: Call, channel_id: str) -> Html:
        detail = await self._channels.produced(call.principal, channel_id)
        return Html("live/channel_studio.html", await self._studio.context(call.principal, detail))

    @page(f"{CHANNEL}/settings")
    async def settings(self, call: Call, channel_id: str) -> Html:
        detail = await self._managed(call.principal, channel_id)
        return _settings(detail, SetupForm.of(detail.channel))

    @form(f"{CHANNEL}/settings")
    async def save(self, call: Call, channel_id: str, form: SetupForm) -> Html | Redirect:
        try:
            await self._channels.edit(call.principal, channel_id, form.setup())
        except InvalidInput as error:
            return _settings(await self._managed(call.principal, channel_id), form, error)
        return Redirect(f"{STUDIO}/channels/{channel_id}", notice=Notice("good", _("Saved.")))

    @form(f"{CHANNEL}/delete")
    async def delete(self, call: Call, channel_id: str) -> Redirect:
        try:
            await self._channels.delete(call.principal, channel_id)
        except Conflict as error:
            return Redirect(f"{STUDIO}/channels/{channel_id}", notice=Notice("bad", error.message))
        return Redirect(STUDIO, notice=Notice("good", _("The channel is removed. Its recordings are still there.")))

    async def _listed(self, principal: Principal, org_id: str, cursor: str | None) -> dict[str, Any]:
        try:
            found = await self._channels.of_org(principal, org_id, cursor, PAGE)
        except InvalidInput:  # an old cursor of another list
            found = await self._channels.of_org(principal, org_id, None, PAGE)
        produces = principal.allows(Action.LIVE_PRODUCE, org_id)
        place = f"{STUDIO}/channels" if produces else "/channels"
        lines = [
            (one, f"{place}/{one.id}", poster_path(one) or "", visibility_name(one.visibility)) for one in found.items
        ]
        return {
            "lines": lines,
            "may_make": principal.allows(Action.LIVE_MANAGE, org_id),
            "next": f"{STUDIO}?{urlencode({'org': org_id, 'cursor': found.next})}" if found.next else "",
        }

    async def _new(self, call: Call, values: NewChannelForm, error: InvalidInput | Conflict | None = None) -> Html:
        possible = [one for one in call.principal.roles if call.principal.allows(Action.LIVE_MANAGE, one)]
        if not possible:
            raise Forbidden(_("You are in no organization that lets you make channels."))
        context = {
            "organizations": _by_name(await self._organizations.names(sorted(possible))),
            "values": values,
            "choices": visibility_choices(),
            "profiles": profile_choices(),
            "errors": () if error is None else error.errors or (FieldError("", error.code, error.message),),
        }
        return Html("live/channel_new.html", context, status=422 if error is not None else 200)

    async def _managed(self, principal: Principal, channel_id: str) -> Detail:
        detail = await self._channels.produced(principal, channel_id)
        if not detail.manages:
            raise Forbidden(_("You may produce on this channel, but not set it up."))
        return detail


def _settings(detail: Detail, values: SetupForm, error: InvalidInput | None = None) -> Html:
    channel = detail.channel
    context = {
        "channel": channel,
        "values": values,
        "errors": error.errors if error is not None else (),
        "choices": visibility_choices(),
        "profiles": profile_choices(),
        "passing": pass_through_choices(),
        "poster": poster_path(channel) or "",
        "slate": slate_path(channel) or "",
        "made": hour(channel.created_at),
    }
    return Html("live/settings.html", context, status=422 if error is not None else 200)


def _heights(text: str) -> tuple[int, ...]:
    """Raises InvalidInput for what are no numbers."""
    parts = text.replace(",", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) < 6 for part in parts):
        raise InvalidInput.field("heights", _("Write the heights as numbers, such as 360, 720."))
    return tuple(int(part) for part in parts)


def _by_name(names: Any) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda item: str(item[1]).casefold())
