"""The API of questions and answers."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.tickets.events.routes import EVENT, PERFORMANCE
from novacast.tickets.holds.routes import HOLD
from novacast.tickets.orders.routes import OF_ORG, ORDER
from novacast.tickets.questions.bodies import (
    AllAnswersBody,
    AnswerBody,
    AnswerListBody,
    AnswersBody,
    AskedBody,
    OrderAnswersBody,
    QuestionBody,
    QuestionChangesBody,
    QuestionsBody,
)
from novacast.tickets.questions.service import Questions
from novacast.web import Call, ListQuery, delete, get, post, put

ONE = f"{EVENT}/questions/{{question_id}}"
_WORK = (InvalidInput, NotFound, Forbidden)


class QuestionRoutes:
    def __init__(self, questions: Questions) -> None:
        self._questions = questions

    @get(f"{EVENT}/questions", tag="tickets", summary="What an event asks", errors=_WORK)
    async def of_event(self, call: Call, event_id: str) -> QuestionsBody:
        return QuestionsBody.of(await self._questions.of_event(call.principal, event_id), QuestionBody.of)

    @post(f"{EVENT}/questions", tag="tickets", status=201, summary="Ask something", errors=(*_WORK, Conflict))
    async def add(self, call: Call, event_id: str, body: QuestionChangesBody) -> QuestionBody:
        then = call.remember(QuestionBody.of)
        return QuestionBody.of(await self._questions.add(call.principal, event_id, body.changes(), then))

    @put(ONE, tag="tickets", summary="Change a question", errors=_WORK)
    async def edit(self, call: Call, event_id: str, question_id: str, body: QuestionChangesBody) -> QuestionBody:
        """Its kind, and whether it is asked of each ticket, stay."""
        return QuestionBody.of(await self._questions.edit(call.principal, event_id, question_id, body.changes()))

    @delete(ONE, tag="tickets", status=204, summary="Ask something no more", errors=_WORK)
    async def archive(self, call: Call, event_id: str, question_id: str) -> None:
        """Answers to it stay."""
        await self._questions.archive(call.principal, event_id, question_id)

    @get(f"{HOLD}/questions", tag="tickets", public=True, summary="What is asked about a basket", errors=(NotFound,))
    async def of_basket(self, call: Call, token: str) -> AskedBody:
        return AskedBody.of(await self._questions.of_basket(token))

    @get(f"{ORDER}/questions", tag="tickets", public=True, summary="Questions and answers", errors=(NotFound,))
    async def of_order(self, call: Call, token: str) -> AskedBody:
        return AskedBody.of(await self._questions.of_order(token))

    @put(
        f"{ORDER}/answers", tag="tickets", public=True, summary="Answer anew", errors=(InvalidInput, NotFound, Conflict)
    )
    async def change(self, call: Call, token: str, body: AnswersBody) -> AskedBody:
        """All answers to what is still open: what is left out is answered no more."""
        await self._questions.change(token, body.given())
        return AskedBody.of(await self._questions.of_order(token))

    @get(f"{OF_ORG}/{{order_id}}/answers", tag="tickets", summary="Answers of an order", errors=(NotFound, Forbidden))
    async def of_known(self, call: Call, org_id: str, order_id: str) -> AnswerListBody:
        found = await self._questions.of_known(call.principal, org_id, order_id)
        return AnswerListBody.of(found, lambda pair: AnswerBody.of(*pair))

    @put(f"{OF_ORG}/{{order_id}}/answers", tag="tickets", summary="Answer for a buyer", errors=(*_WORK, Conflict))
    async def change_known(self, call: Call, org_id: str, order_id: str, body: AnswersBody) -> AskedBody:
        """All answers anew: what is left out is answered no more."""
        await self._questions.change_known(call.principal, org_id, order_id, body.given())
        return AskedBody.of(await self._questions.of_order_known(call.principal, org_id, order_id))

    @get(f"{PERFORMANCE}/answers", tag="tickets", summary="Answers of all orders that stand, by code", errors=_WORK)
    async def of_performance(self, call: Call, performance_id: str, query: ListQuery) -> AllAnswersBody:
        questions, page = await self._questions.of_performance(
            call.principal, performance_id, query.cursor, query.limit
        )
        return AllAnswersBody(
            questions=[QuestionBody.of(one) for one in questions],
            items=[OrderAnswersBody.of(one, questions) for one in page.items],
            next=page.next,
        )
