"""The page on which an organization looks after its emotes. All but bringing files works without scripts."""

from typing import Annotated

from pydantic import Field

from novacast.chat.emotes.bodies import moving_path, sheet_path
from novacast.chat.emotes.models import KEPT, LARGEST, MOST, Emote, Entry, Set
from novacast.chat.emotes.service import Emotes, Shelf
from novacast.chat.ports import Organizations, People
from novacast.clock import HOUR
from novacast.errors import Conflict, InvalidInput, NotFound
from novacast.i18n import gettext as _
from novacast.i18n import translated
from novacast.identity import Action
from novacast.media.miniatures import COLUMNS, SIDE
from novacast.records import dataclass
from novacast.web import Body, Call, Html, Redirect, form, page
from novacast.web.answers import Notice
from novacast.words import hour_of

STUDIO = "/studio/emotes"
EMOTE = f"{STUDIO}/{{org_id}}/{{emote_id}}"


class EmotesQuery(Body):
    org: Annotated[str, Field(max_length=64)] = ""


class RenameForm(Body):
    name: Annotated[str, Field(max_length=100)] = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """An emote as the page shows it. `x`, `y`: its place on the sheet, in pixels."""

    id: str
    name: str
    x: int
    y: int
    moving: str | None
    added: str


class EmotePages:
    def __init__(self, emotes: Emotes, people: People, organizations: Organizations) -> None:
        self._emotes, self._people, self._organizations = emotes, people, organizations

    @page(STUDIO)
    async def show(self, call: Call, query: EmotesQuery) -> Html:
        kept = [org_id for org_id in sorted(call.principal.roles) if call.principal.allows(Action.ORG_EDIT, org_id)]
        names = await self._organizations.names(kept)
        org_id = query.org if query.org in names else min(names, default="", key=lambda one: names[one])
        context = {"organizations": sorted(names.items(), key=lambda one: one[1].casefold()), "org": org_id}
        if not org_id:
            return Html("chat/emotes.html", context)
        shelf = await self._emotes.shelf(call.principal, org_id)
        return Html("chat/emotes.html", {**context, **await self._shown(shelf)})

    @form(EMOTE)
    async def rename(self, call: Call, org_id: str, emote_id: str, form: RenameForm) -> Redirect:
        try:
            one = await self._emotes.rename(call.principal, org_id, emote_id, form.name)
        except InvalidInput as error:
            return _back(org_id, "bad", translated(error.errors[0].message))
        except Conflict as error:
            return _back(org_id, "bad", translated(error.message))
        return _back(org_id, "good", _("It is :%(name)s: now.") % {"name": one.name})

    @form(f"{EMOTE}/remove")
    async def remove(self, call: Call, org_id: str, emote_id: str) -> Redirect:
        one = await self._emotes.remove(call.principal, org_id, emote_id)
        words = _(":%(name)s: is removed. Below it can be brought back for %(hours)d hours.")
        return _back(org_id, "good", words % {"name": one.name, "hours": KEPT // HOUR})

    @form(f"{EMOTE}/restore")
    async def restore(self, call: Call, org_id: str, emote_id: str) -> Redirect:
        try:
            one = await self._emotes.restore(call.principal, org_id, emote_id)
        except (Conflict, NotFound) as error:
            return _back(org_id, "bad", translated(error.message))
        return _back(org_id, "good", _(":%(name)s: is back.") % {"name": one.name})

    async def _shown(self, shelf: Shelf) -> dict[str, object]:
        persons = {one.added_by for one in shelf.set.emotes} | {one.actor_id for one in shelf.log}
        names = await self._people.names(sorted(one for one in persons if one))
        return {
            **_sheet(shelf.set),
            "tiles": [_tile(cell, one, names.get(one.added_by or "", "")) for cell, one in enumerate(shelf.set.emotes)],
            "removed": [(one.id, one.name) for one in shelf.removed],
            "log": [_line(one, names.get(one.actor_id or "", "")) for one in shelf.log],
            "most": MOST,
            "most_bytes": LARGEST,
        }


def _sheet(one: Set) -> dict[str, object]:
    columns = min(COLUMNS, len(one.emotes)) or 1
    rows = -(-len(one.emotes) // columns)
    return {"sheet": sheet_path(one), "side": SIDE, "width": columns * SIDE, "height": rows * SIDE}


def _tile(cell: int, one: Emote, who: str) -> Tile:
    y, x = divmod(cell, COLUMNS)
    added = " · ".join(part for part in (who, hour_of(one.added_at)) if part)
    return Tile(one.id, one.name, x * SIDE, y * SIDE, moving_path(one), added)


def _line(one: Entry, who: str) -> tuple[str, str, str]:
    """When, what, by whom."""
    done = {
        "emote.added": _(":%(name)s: was added"),
        "emote.renamed": _(":%(name)s: was renamed :%(to)s:"),
        "emote.removed": _(":%(name)s: was removed"),
        "emote.restored": _(":%(name)s: was brought back"),
    }
    return hour_of(one.at), done[one.action] % {"name": one.name, **one.detail}, who


def _back(org_id: str, kind: str, words: str) -> Redirect:
    return Redirect(f"{STUDIO}?org={org_id}", notice=Notice("good" if kind == "good" else "bad", words))
