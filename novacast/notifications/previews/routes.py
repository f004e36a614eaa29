"""The admin API of previews."""

from novacast.errors import Forbidden, NotFound
from novacast.notifications.previews.bodies import LettersBody, PreviewBody, PreviewQuery
from novacast.notifications.previews.service import Previews
from novacast.web import Call, get

LETTERS = "/api/v1/admin/letters"


class PreviewRoutes:
    def __init__(self, previews: Previews) -> None:
        self._previews = previews

    @get(LETTERS, tag="admin", scope="admin", summary="All mails that there are", errors=(Forbidden,))
    async def listed(self, call: Call) -> LettersBody:
        return LettersBody.of(self._previews.listed(call.principal), self._previews.languages)

    @get(
        f"{LETTERS}/{{name}}", tag="admin", scope="admin", summary="A mail as it would look",
        errors=(Forbidden, NotFound),
    )  # fmt: skip
    async def show(self, call: Call, name: str, query: PreviewQuery) -> PreviewBody:
        """With data of somebody who does not exist. Nothing is sent."""
        return PreviewBody.of(self._previews.shown(call.principal, name, query.language or call.language))
