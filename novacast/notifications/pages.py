"""The demo's mailbox: `/demo/mail`. Whoever sees it can take over accounts, so only the demo may mount it."""

from novacast.notifications.folder import MailFolder
from novacast.web import Call, Html, page


class DemoMailPages:
    """To be mounted only if mails go to a folder and the server was started as a demo."""

    def __init__(self, folder: MailFolder) -> None:
        self._folder = folder

    @page("/demo/mail", public=True)
    async def index(self, call: Call) -> Html:
        return Html("notifications/mails.html", {"mails": await self._folder.newest()})

    @page("/demo/mail/{file}", public=True)
    async def show(self, call: Call, file: str) -> Html:
        return Html("notifications/mail.html", {"mail": await self._folder.show(file)})
