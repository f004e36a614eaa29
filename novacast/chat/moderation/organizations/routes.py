"""Moderation of all rooms of an organization over HTTP."""

from novacast.chat.bodies import EntryBody, LogBody
from novacast.chat.moderation.authority import Chair
from novacast.chat.moderation.rules.bodies import RulesBody, RulesChangesBody
from novacast.chat.moderation.sanctions.bodies import (
    NewRangeBody,
    NewSanctionBody,
    SanctionBody,
    SanctionsBody,
    SanctionsQuery,
)
from novacast.chat.moderation.services import ModerationServices
from novacast.chat.moderation.words.bodies import NewWordBody, WordBody, WordsBody
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.web import Call, ListQuery, delete, get, patch, post, put

CHAT = "/api/v1/organizations/{org_id}/chat"
READS = (NotFound, Forbidden, InvalidInput)
WRITES = (NotFound, Forbidden, InvalidInput, Conflict)


class OrganizationModerationRoutes:
    def __init__(self, own: ModerationServices) -> None:
        self._own = own

    @get(f"{CHAT}/sanctions", tag="moderation", summary="Time-outs and bans of an organization", errors=READS)
    async def sanctions(self, call: Call, org_id: str, query: SanctionsQuery) -> SanctionsBody:
        """Those of single rooms too."""
        page = await self._own.sanctions.list(_chair(call, org_id), query.cursor, query.limit, active=query.active)
        names = await self._own.people.names([id_ for one in page.items for id_ in SanctionBody.people(one)])
        return SanctionsBody.of(page, lambda one: SanctionBody.of(one, names))

    @post(f"{CHAT}/sanctions", tag="moderation", status=201, summary="Ban somebody from all rooms", errors=WRITES)
    async def impose(self, call: Call, org_id: str, body: NewSanctionBody) -> SanctionBody:
        """`scope` is always the organization."""
        then = call.remember(SanctionBody.of)
        return SanctionBody.of(await self._own.sanctions.impose(_chair(call, org_id), body.person, body.wish(), then))

    @post(f"{CHAT}/ranges", tag="moderation", status=201, summary="Ban a range of addresses", errors=WRITES)
    async def ban_range(self, call: Call, org_id: str, body: NewRangeBody) -> SanctionBody:
        """Whoever is logged in and comes from there, moderators aside. It ends by itself."""
        then = call.remember(SanctionBody.of)
        made = await self._own.sanctions.ban_range(_chair(call, org_id), body.range, body.days, body.wish(), then)
        return SanctionBody.of(made)

    @delete(f"{CHAT}/sanctions/{{sanction_id}}", tag="moderation", summary="Lift it in any room", errors=WRITES)
    async def lift(self, call: Call, org_id: str, sanction_id: str) -> SanctionBody:
        return SanctionBody.of(await self._own.sanctions.lift(_chair(call, org_id), sanction_id))

    @get(f"{CHAT}/rules", tag="moderation", summary="What holds in an organization's rooms", errors=READS)
    async def rules(self, call: Call, org_id: str) -> RulesBody:
        return RulesBody.of(await self._own.rules.show(_chair(call, org_id)), room=False)

    @patch(f"{CHAT}/rules", tag="moderation", summary="Say what holds in an organization's rooms", errors=WRITES)
    async def set_rules(self, call: Call, org_id: str, body: RulesChangesBody) -> RulesBody:
        """Where a room does not say otherwise."""
        return RulesBody.of(await self._own.rules.change(_chair(call, org_id), body.changes()), room=False)

    @get(f"{CHAT}/words", tag="moderation", summary="Words that are looked for in all rooms", errors=READS)
    async def words(self, call: Call, org_id: str, query: ListQuery) -> WordsBody:
        page = await self._own.words.list(_chair(call, org_id), query.cursor, query.limit)
        names = await self._own.people.names([one.created_by for one in page.items])
        return WordsBody.of(page, lambda one: WordBody.of(one, names))

    @post(f"{CHAT}/words", tag="moderation", status=201, summary="Look for a word in all rooms", errors=WRITES)
    async def add_word(self, call: Call, org_id: str, body: NewWordBody) -> WordBody:
        then = call.remember(WordBody.of)
        return WordBody.of(await self._own.words.add(_chair(call, org_id), body.wish(), then))

    @put(f"{CHAT}/words/{{word_id}}", tag="moderation", summary="Look for another word in all rooms", errors=WRITES)
    async def change_word(self, call: Call, org_id: str, word_id: str, body: NewWordBody) -> WordBody:
        return WordBody.of(await self._own.words.change(_chair(call, org_id), word_id, body.wish()))

    @delete(f"{CHAT}/words/{{word_id}}", tag="moderation", status=204, summary="Look for it nowhere", errors=WRITES)
    async def remove_word(self, call: Call, org_id: str, word_id: str) -> None:
        await self._own.words.remove(_chair(call, org_id), word_id)

    @get(f"{CHAT}/log", tag="moderation", summary="What was done in all rooms, and by whom", errors=READS)
    async def log(self, call: Call, org_id: str, query: ListQuery) -> LogBody:
        page = await self._own.undoing.log(_chair(call, org_id), query.cursor, query.limit)
        names = await self._own.people.names_in(page.items)
        return LogBody.of(page, lambda one: EntryBody.of(one, names, can_undo=self._own.undoing.can(one)))

    @put(f"{CHAT}/log/{{entry_id}}/undone", tag="moderation", summary="Take back what was done anywhere", errors=WRITES)
    async def undo(self, call: Call, org_id: str, entry_id: int) -> EntryBody:
        made = await self._own.undoing.undo(_chair(call, org_id), entry_id)
        names = await self._own.people.names_in([made])
        return EntryBody.of(made, names, can_undo=self._own.undoing.can(made))


def _chair(call: Call, org_id: str) -> Chair:
    return Chair(call.principal, org_id)
