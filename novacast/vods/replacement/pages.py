"""The page on which a video gets another file."""

from novacast.errors import Conflict
from novacast.i18n import translated
from novacast.vods.cards import size_of
from novacast.vods.replacement.service import Replacements
from novacast.vods.uploads.service import Uploads
from novacast.web import Call, Html, Redirect, form, page
from novacast.web.answers import Notice

PATH = "/studio/videos/{video_id}/replacement"


class ReplacementPages:
    def __init__(self, replacements: Replacements, uploads: Uploads) -> None:
        self._replacements = replacements
        self._uploads = uploads

    @page(PATH)
    async def show(self, call: Call, video_id: str) -> Html:
        video, replacement = await self._replacements.show(call.principal, video_id)
        refused = None if replacement is None or replacement.reason is None else translated(replacement.reason)
        context = {
            "video": video,
            "replacement": replacement,
            "refused": refused,
            "size": size_of(video.source_bytes),
            "max_bytes": self._uploads.max_bytes,
            "max_text": size_of(self._uploads.max_bytes),
        }
        return Html("vods/replacement.html", context)

    @form(f"{PATH}/dismiss")
    async def dismiss(self, call: Call, video_id: str) -> Redirect:
        place = f"/studio/videos/{video_id}/replacement"
        try:
            await self._replacements.dismiss(call.principal, video_id)
        except Conflict as error:
            return Redirect(place, notice=Notice("note", error.message))
        return Redirect(place)
