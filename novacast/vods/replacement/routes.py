"""The API of replacements. One begins by an upload whose metadata has `replaces`: the video's id."""

from novacast.errors import Conflict, Forbidden, NotFound
from novacast.i18n import text
from novacast.vods.replacement.bodies import ReplacementBody
from novacast.vods.replacement.service import Replacements
from novacast.web import Call, delete, get

PATH = "/api/v1/videos/{video_id}/replacement"


class ReplacementRoutes:
    def __init__(self, replacements: Replacements) -> None:
        self._replacements = replacements

    @get(PATH, tag="videos", summary="The file that is to replace a video's", errors=(NotFound, Forbidden))
    async def show(self, call: Call, video_id: str) -> ReplacementBody:
        """404 where none waits or was refused."""
        _video, replacement = await self._replacements.show(call.principal, video_id)
        if replacement is None:
            raise NotFound(text("No file waits to replace this video's."))
        return ReplacementBody.of(replacement)

    @delete(
        PATH, tag="videos", status=204, summary="Forget a file that was refused", errors=(NotFound, Forbidden, Conflict)
    )
    async def dismiss(self, call: Call, video_id: str) -> None:
        await self._replacements.dismiss(call.principal, video_id)
