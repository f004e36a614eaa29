"""Pages of collections: to find and watch them, and to make them. All of it works without scripts."""

from typing import Annotated, Any, Literal

from pydantic import Field

from novacast.database import Page
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.identity import Action
from novacast.vods.bodies import LibraryPageQuery, StudioPageQuery
from novacast.vods.cards import duration, visibility_choices, visibility_name
from novacast.vods.collections.cards import Line, card_of, line_of, offered
from novacast.vods.collections.models import Details, Listed, Shown
from novacast.vods.collections.service import Collections
from novacast.vods.models import Visibility
from novacast.vods.pages import PAGE, address
from novacast.vods.ports import Organizations
from novacast.vods.service import StudioFilter, Videos
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.web.answers import Notice

STUDIO = "/studio/collections"
COLLECTION = f"{STUDIO}/{{collection_id}}"
FOUND = 12
"""Videos that are offered to be added at once."""


class CollectionForm(Body):
    title: str = ""
    description: str = ""
    visibility: Literal["public", "unlisted", "signed_in", "organization", "private"] = "private"

    def details(self) -> Details:
        return Details(self.title, self.description, Visibility(self.visibility))


class NewCollectionForm(CollectionForm):
    org: Annotated[str, Field(max_length=64)] = ""


class PlaceForm(Body):
    video: Annotated[str, Field(min_length=1, max_length=64)]
    to: Annotated[int, Field(ge=0, le=10_000)] = 10_000


class TakeOutForm(Body):
    video: Annotated[str, Field(min_length=1, max_length=64)]


class EditQuery(Body):
    q: Annotated[str, Field(max_length=200)] = ""


class CollectionPages:
    def __init__(self, collections: Collections, organizations: Organizations) -> None:
        self._collections = collections
        self._organizations = organizations

    @page("/collections", public=True)
    async def library(self, call: Call, query: LibraryPageQuery) -> Html:
        words = query.q.strip()
        try:
            found = await self._collections.library(call.principal, words=words, cursor=query.cursor, limit=PAGE)
        except InvalidInput:  # an old cursor of another list: its first page will do
            found = await self._collections.library(call.principal, words=words, limit=PAGE)
        context = {"q": words, "collections": [card_of(one) for one in found.items]}
        return Html("vods/collections.html", {**context, **_around("/collections", query.cursor, found, q=words)})

    @page("/collections/{collection_id}", public=True)
    async def show(self, call: Call, collection_id: str) -> Html | Redirect:
        try:
            shown = await self._collections.show(call.principal, collection_id)
        except Unauthenticated:  # the page is public, this collection is not
            return Redirect(address("/login", next=f"/collections/{collection_id}"))
        names = await self._organizations.names([shown.collection.org_id])
        return Html("vods/collection.html", _shown(shown, names.get(shown.collection.org_id, "")))


class CollectionStudioPages:
    def __init__(self, collections: Collections, videos: Videos, organizations: Organizations) -> None:
        self._collections = collections
        self._videos = videos
        self._organizations = organizations

    @page(STUDIO)
    async def list(self, call: Call, query: StudioPageQuery) -> Html:
        names = await self._organizations.names(sorted(call.principal.roles))
        asked = query.org or ""
        org_id = asked if asked in names else min(names, default="", key=lambda one: names[one])
        words = query.q.strip()
        found: Page[Listed] = Page((), None)
        if org_id:
            found = await self._found(call, org_id, words, query.cursor)
        context = {
            "organizations": _by_name(names),
            "org": org_id,
            "q": words,
            "lines": [(card_of(one), f"{STUDIO}/{one.collection.id}", _visible(one)) for one in found.items],
            "may_make": call.principal.allows(Action.VIDEO_UPLOAD, org_id),
        }
        return Html("vods/collections_studio.html", {**context, **_around(STUDIO, query.cursor, found, org=org_id)})

    @page(f"{STUDIO}/new")
    async def begin(self, call: Call, query: StudioPageQuery) -> Html:
        return await self._new(call, NewCollectionForm(org=query.org or ""))

    @form(f"{STUDIO}/new")
    async def create(self, call: Call, form: NewCollectionForm) -> Html | Redirect:
        try:
            made = await self._collections.create(call.principal, form.org, form.details())
        except InvalidInput as error:
            return await self._new(call, form, error)
        return Redirect(f"{STUDIO}/{made.id}", notice=Notice("good", _("The collection is made. Now fill it.")))

    @page(COLLECTION)
    async def edit(self, call: Call, collection_id: str, query: EditQuery) -> Html:
        shown = await self._mine(call, collection_id)
        one = shown.collection
        values = CollectionForm(title=one.title, description=one.description, visibility=one.visibility.value)
        return _edit(shown, values, query.q, await self._addable(call, shown, query.q.strip()))

    @form(COLLECTION)
    async def save(self, call: Call, collection_id: str, form: CollectionForm) -> Html | Redirect:
        try:
            await self._collections.edit(call.principal, collection_id, form.details())
        except InvalidInput as error:
            return _edit(await self._mine(call, collection_id), form, "", (), error)
        return Redirect(f"{STUDIO}/{collection_id}", notice=Notice("good", _("Saved.")))

    @form(f"{COLLECTION}/items")
    async def place(self, call: Call, collection_id: str, form: PlaceForm) -> Redirect:
        """Adds a video, or moves it."""
        try:
            await self._collections.place(call.principal, collection_id, form.video, form.to)
        except (NotFound, Conflict, InvalidInput) as error:
            return Redirect(f"{STUDIO}/{collection_id}", notice=Notice("bad", error.message))
        return Redirect(f"{STUDIO}/{collection_id}#item-{form.video}" if form.video.isalnum() else STUDIO)

    @form(f"{COLLECTION}/take-out")
    async def take_out(self, call: Call, collection_id: str, form: TakeOutForm) -> Redirect:
        try:
            await self._collections.take_out(call.principal, collection_id, form.video)
        except NotFound as error:
            return Redirect(f"{STUDIO}/{collection_id}", notice=Notice("note", error.message))
        return Redirect(f"{STUDIO}/{collection_id}#items", notice=Notice("good", _("The video was taken out.")))

    @page(f"{COLLECTION}/delete")
    async def confirm_delete(self, call: Call, collection_id: str) -> Html:
        return Html("vods/collection_delete.html", {"collection": (await self._mine(call, collection_id)).collection})

    @form(f"{COLLECTION}/delete")
    async def delete(self, call: Call, collection_id: str) -> Redirect:
        await self._collections.delete(call.principal, collection_id)
        return Redirect(STUDIO, notice=Notice("good", _("The collection is deleted. Its videos are still there.")))

    async def _found(self, call: Call, org_id: str, words: str, cursor: str | None) -> Page[Listed]:
        try:
            return await self._collections.studio(call.principal, org_id, words=words, cursor=cursor, limit=PAGE)
        except InvalidInput:  # an old cursor of another list
            return await self._collections.studio(call.principal, org_id, words=words, limit=PAGE)

    async def _new(self, call: Call, values: NewCollectionForm, error: InvalidInput | None = None) -> Html:
        possible = [one for one in call.principal.roles if call.principal.allows(Action.VIDEO_UPLOAD, one)]
        if not possible:
            raise Forbidden(_("You are in no organization that lets you make collections."))
        names = await self._organizations.names(sorted(possible))
        context = {
            "organizations": _by_name(names),
            "values": values,
            "choices": visibility_choices(),
            "errors": error.errors if error is not None else (),
        }
        return Html("vods/collection_new.html", context, status=422 if error is not None else 200)

    async def _mine(self, call: Call, collection_id: str) -> Shown:
        shown = await self._collections.show(call.principal, collection_id)
        if not shown.editable:
            raise Forbidden(_("You may see this collection, but not work on it."))
        return shown

    async def _addable(self, call: Call, shown: Shown, words: str) -> tuple[Line, ...]:
        """Videos of the organization to choose from: the latest, or those that have the words."""
        org_id, held = shown.collection.org_id, {item.video.id for item in shown.items}
        found = await self._videos.studio(call.principal, org_id, StudioFilter(text=words), limit=FOUND)
        return tuple(offered(entry.video, held) for entry in found.items)


def _shown(shown: Shown, organization: str) -> dict[str, Any]:
    lines = [line_of(item, shown.collection.id, number) for number, item in enumerate(shown.items)]
    length = sum(item.video.duration or 0 for item in shown.items)
    return {
        "collection": shown.collection,
        "organization": organization,
        "visibility": visibility_name(shown.collection.visibility),
        "lines": lines,
        "number": ngettext("%(num)s video", "%(num)s videos", len(lines)) % {"num": len(lines)},
        "duration": duration(length) if length else "",
        "editable": shown.editable,
    }


def _edit(
    shown: Shown, values: CollectionForm, words: str, found: tuple[Line, ...], error: InvalidInput | None = None
) -> Html:
    context = {
        "collection": shown.collection,
        "values": values,
        "errors": error.errors if error is not None else (),
        "choices": visibility_choices(),
        "lines": [line_of(item, shown.collection.id, number) for number, item in enumerate(shown.items)],
        "q": words,
        "found": found,
        "deletable": shown.deletable,
    }
    return Html("vods/collection_edit.html", context, status=422 if error is not None else 200)


def _visible(listed: Listed) -> str:
    return visibility_name(listed.collection.visibility)


def _around(path: str, cursor: str | None, found: Page[Listed], **query: str) -> dict[str, str]:
    """Addresses of the pages beside this one."""
    return {
        "next": address(path, **query, cursor=found.next) if found.next else "",
        "first": address(path, **query) if cursor else "",
    }


def _by_name(names: Any) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda item: str(item[1]).casefold())
