"""Moderation over HTTP: of a room, and of all rooms of an organization."""

from novacast.chat.bodies import EntryBody, MessageBody
from novacast.chat.models import Guest
from novacast.chat.moderation.authority import Chair
from novacast.chat.moderation.bodies import CardBody, PeopleBody, PresentBody, QueuesBody
from novacast.chat.moderation.holds.bodies import DecisionBody, HoldBody, HoldsBody
from novacast.chat.moderation.organizations.routes import OrganizationModerationRoutes
from novacast.chat.moderation.reports.bodies import CaseBody, CaseChangesBody, CasesBody, CasesQuery, NewReportBody
from novacast.chat.moderation.rules.bodies import RulesBody, RulesChangesBody
from novacast.chat.moderation.sanctions.bodies import NewSanctionBody, SanctionBody, SanctionsBody, SanctionsQuery
from novacast.chat.moderation.sanctions.routes import arrive
from novacast.chat.moderation.words.bodies import NewWordBody, SampleBody, VerdictBody, WordBody, WordsBody
from novacast.chat.services import ChatServices
from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, RateLimited
from novacast.limits import Rate
from novacast.web import Call, ListQuery, delete, get, patch, post, put

ROOM = "/api/v1/rooms/{room_id}"
MESSAGE = f"{ROOM}/messages/{{message_id}}"
CHECKING = Rate("chat.word_checks", burst=30, period=60)
"""Texts that one moderator may try on the lists: all their words are made ready anew for each."""
READS = (NotFound, Forbidden, InvalidInput)
WRITES = (NotFound, Forbidden, InvalidInput, Conflict)


class QueueRoutes:
    """What waits for moderators, and how viewers put it there."""

    def __init__(self, chat: ChatServices) -> None:
        self._chat, self._own = chat, chat.moderation

    @get(f"{ROOM}/queues", tag="moderation", summary="How much waits for moderators", errors=READS)
    async def queues(self, call: Call, room_id: str) -> QueuesBody:
        return QueuesBody.of(await self._own.queues(await self._chair(call, room_id)))

    @get(f"{ROOM}/held", tag="moderation", summary="Messages that are held, oldest first", errors=READS)
    async def held(self, call: Call, room_id: str, query: ListQuery) -> HoldsBody:
        page = await self._own.holds.list(await self._chair(call, room_id), query.cursor, query.limit)
        return HoldsBody.of(page, HoldBody.of)

    @put(f"{MESSAGE}/decision", tag="moderation", summary="Show, reject or hold a message", errors=WRITES)
    async def decide(self, call: Call, room_id: str, message_id: str, body: DecisionBody) -> MessageBody:
        """A held one is approved or rejected; one that is shown can be held."""
        chair = await self._chair(call, room_id)
        return MessageBody.of(await self._own.holds.decide(chair, message_id, body.decision), reveal=True)

    @put(f"{MESSAGE}/report", tag="chat", status=204, summary="Report a message", errors=(*READS, RateLimited))
    async def report(self, call: Call, room_id: str, message_id: str, body: NewReportBody) -> None:
        """Once per person and message; again is nothing."""
        guest = await self._guest(call, room_id)
        await self._own.reports.report(guest, message_id, body.reason, body.note)

    @get(f"{ROOM}/reports", tag="moderation", summary="Reported messages, latest first", errors=READS)
    async def reports(self, call: Call, room_id: str, query: CasesQuery) -> CasesBody:
        page = await self._own.reports.list(await self._chair(call, room_id), query.state, query.cursor, query.limit)
        names = await self._own.people.names([one.resolved_by for one in page.items])
        return CasesBody.of(page, lambda one: CaseBody.of(one, names))

    @put(f"{ROOM}/reports/{{message_id}}", tag="moderation", summary="Deal with reports of a message", errors=WRITES)
    async def settle(self, call: Call, room_id: str, message_id: str, body: CaseChangesBody) -> CaseBody:
        made = await self._own.reports.settle(await self._chair(call, room_id), message_id, body.state)
        return CaseBody.of(made, await self._own.people.names([made.resolved_by]))

    @put(f"{ROOM}/log/{{entry_id}}/undone", tag="moderation", summary="Take back what was done", errors=WRITES)
    async def undo(self, call: Call, room_id: str, entry_id: int) -> EntryBody:
        """Answers the line that this made, which can be taken back in turn."""
        made = await self._own.undoing.undo(await self._chair(call, room_id), entry_id)
        names = await self._own.people.names_in([made])
        return EntryBody.of(made, names, can_undo=self._own.undoing.can(made))

    async def _chair(self, call: Call, room_id: str) -> Chair:
        return Chair.of(await self._guest(call, room_id))

    async def _guest(self, call: Call, room_id: str) -> Guest:
        return await arrive(self._chat, call, room_id)


class RoomModerationRoutes:
    """Who is in a room, and what holds there."""

    def __init__(self, chat: ChatServices) -> None:
        self._chat, self._own = chat, chat.moderation

    @get(f"{ROOM}/people", tag="moderation", summary="Who is in a room", errors=READS)
    async def people(self, call: Call, room_id: str, query: ListQuery) -> PeopleBody:
        """Those who are logged in, by their ids."""
        page = self._own.people.present(await self._chair(call, room_id), query.cursor, query.limit)
        return PeopleBody.of(page, PresentBody.of)

    @get(f"{ROOM}/people/{{person_id}}", tag="moderation", summary="Somebody who is or was in a room", errors=READS)
    async def card(self, call: Call, room_id: str, person_id: str) -> CardBody:
        found = await self._own.people.card(await self._chair(call, room_id), person_id)
        names = await self._own.people.names([id_ for one in found.sanctions for id_ in SanctionBody.people(one)])
        return CardBody.of(found, names)

    @get(f"{ROOM}/sanctions", tag="moderation", summary="Time-outs and bans that count in a room", errors=READS)
    async def sanctions(self, call: Call, room_id: str, query: SanctionsQuery) -> SanctionsBody:
        chair = await self._chair(call, room_id)
        page = await self._own.sanctions.list(chair, query.cursor, query.limit, active=query.active)
        names = await self._own.people.names([id_ for one in page.items for id_ in SanctionBody.people(one)])
        return SanctionsBody.of(page, lambda one: SanctionBody.of(one, names))

    @post(f"{ROOM}/sanctions", tag="moderation", status=201, summary="Time out or ban somebody", errors=WRITES)
    async def impose(self, call: Call, room_id: str, body: NewSanctionBody) -> SanctionBody:
        """Of the room, or of the whole organization. One of the same kind and reach before is replaced."""
        chair, then = await self._chair(call, room_id), call.remember(SanctionBody.of)
        return SanctionBody.of(await self._own.sanctions.impose(chair, body.person, body.wish(), then))

    @delete(f"{ROOM}/sanctions/{{sanction_id}}", tag="moderation", summary="Lift a time-out or ban", errors=WRITES)
    async def lift(self, call: Call, room_id: str, sanction_id: str) -> SanctionBody:
        return SanctionBody.of(await self._own.sanctions.lift(await self._chair(call, room_id), sanction_id))

    @get(f"{ROOM}/rules", tag="moderation", summary="What holds in a room", errors=READS)
    async def rules(self, call: Call, room_id: str) -> RulesBody:
        return RulesBody.of(await self._own.rules.show(await self._chair(call, room_id)), room=True)

    @patch(f"{ROOM}/rules", tag="moderation", summary="Say what holds in a room", errors=WRITES)
    async def set_rules(self, call: Call, room_id: str, body: RulesChangesBody) -> RulesBody:
        chair = await self._chair(call, room_id)
        return RulesBody.of(await self._own.rules.change(chair, body.changes()), room=True)

    @get(f"{ROOM}/words", tag="moderation", summary="Words that are looked for in a room", errors=READS)
    async def words(self, call: Call, room_id: str, query: ListQuery) -> WordsBody:
        """Those of the organization too."""
        page = await self._own.words.list(await self._chair(call, room_id), query.cursor, query.limit)
        names = await self._own.people.names([one.created_by for one in page.items])
        return WordsBody.of(page, lambda one: WordBody.of(one, names))

    @post(f"{ROOM}/words", tag="moderation", status=201, summary="Look for a word", errors=WRITES)
    async def add_word(self, call: Call, room_id: str, body: NewWordBody) -> WordBody:
        chair, then = await self._chair(call, room_id), call.remember(WordBody.of)
        return WordBody.of(await self._own.words.add(chair, body.wish(), then))

    @put(f"{ROOM}/words/{{word_id}}", tag="moderation", summary="Look for another word instead", errors=WRITES)
    async def change_word(self, call: Call, room_id: str, word_id: str, body: NewWordBody) -> WordBody:
        return WordBody.of(await self._own.words.change(await self._chair(call, room_id), word_id, body.wish()))

    @delete(f"{ROOM}/words/{{word_id}}", tag="moderation", status=204, summary="Look for it no more", errors=WRITES)
    async def remove_word(self, call: Call, room_id: str, word_id: str) -> None:
        await self._own.words.remove(await self._chair(call, room_id), word_id)

    @post(
        f"{ROOM}/word-checks",
        tag="moderation",
        idempotent=False,
        summary="What would become of a text",
        errors=(*READS, RateLimited),
    )
    async def check(self, call: Call, room_id: str, body: SampleBody) -> VerdictBody:
        """Changes nothing."""
        call.limit(CHECKING)
        return VerdictBody.of(await self._own.words.check(await self._chair(call, room_id), body.text))

    async def _chair(self, call: Call, room_id: str) -> Chair:
        return Chair.of(await arrive(self._chat, call, room_id))


def moderation_routes(chat: ChatServices) -> list[object]:
    return [QueueRoutes(chat), RoomModerationRoutes(chat), OrganizationModerationRoutes(chat.moderation)]
