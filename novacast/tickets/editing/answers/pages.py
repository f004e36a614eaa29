"""The page on which the house answers for a buyer. It works without scripts."""

from novacast.errors import Conflict, InvalidInput
from novacast.i18n import gettext as _
from novacast.tickets.office.handling.pages import ORDER
from novacast.tickets.orders.service import Orders
from novacast.tickets.questions.pages import AnswersForm, given, shown, written_of
from novacast.tickets.questions.service import Questions
from novacast.web import Call, Html, Notice, Redirect, form, page

ANSWERS = f"{ORDER}/answers"


class KnownAnswerPages:
    def __init__(self, orders: Orders, questions: Questions) -> None:
        self._orders, self._questions = orders, questions

    @page(ANSWERS)
    async def show(self, call: Call, order_id: str) -> Html:
        asked = await self._questions.of_order_known(call.principal, await self._org(call, order_id), order_id)
        return shown(ORDER.format(order_id=order_id), asked, written_of(asked), ())

    @form(ANSWERS)
    async def change(self, call: Call, order_id: str, form: AnswersForm) -> Html | Redirect:
        org_id, home = await self._org(call, order_id), ORDER.format(order_id=order_id)
        asked = await self._questions.of_order_known(call.principal, org_id, order_id)
        try:
            answers = given(asked.questions, asked.lines, form.written)
            await self._questions.change_known(call.principal, org_id, order_id, answers)
        except InvalidInput as error:
            return shown(home, asked, form.written, error.errors)
        except Conflict as error:
            return Redirect(home, notice=Notice("bad", error.message))
        return Redirect(home, notice=Notice("good", _("The answers are kept.")))

    async def _org(self, call: Call, order_id: str) -> str:
        return (await self._orders.seen(call.principal, order_id)).order.org_id
