"""The API of switches."""

from novacast.errors import InvalidInput
from novacast.notifications.choices.bodies import KindsBody, WishesBody
from novacast.notifications.choices.service import Choices
from novacast.web import Call, get, patch

CHOICES = "/api/v1/me/notifications"


class ChoiceRoutes:
    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    @get(CHOICES, tag="notifications", summary="By which ways I am told of what")
    async def show(self, call: Call) -> KindsBody:
        return KindsBody.of(await self._choices.show(call.principal))

    @patch(CHOICES, tag="notifications", summary="Switch ways on and off", errors=(InvalidInput,))
    async def choose(self, call: Call, body: WishesBody) -> KindsBody:
        """All of it or nothing. What is `fixed` can't be switched."""
        wishes = {(one.kind, one.way): one.on for one in body.switches}
        return KindsBody.of(await self._choices.choose(call.principal, wishes))
