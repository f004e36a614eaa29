"""What people are told of by itself, joined with the slices in which it happens: a part of the wiring."""

from functools import partial

from novacast.accounts.operators.service import runs
from novacast.accounts.organizations.owners import Houses, Owners
from novacast.accounts.people.service import Addressees
from novacast.chat.mentioning.service import Mentions
from novacast.chat.services import ChatServices
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.jobs import JobQueue
from novacast.live.announcing import AnnouncedProgrammes, FollowedChannels
from novacast.live.recording.store import clipped
from novacast.notifications.news.services import Around, NewsServices, news_services
from novacast.notifications.services import NotificationServices
from novacast.settings import Settings
from novacast.tickets.audience.service import TicketAudience
from novacast.tickets.services import TicketServices
from novacast.vods.announcing import AnnouncedVideos
from novacast.web.courier import Courier


def newsroom(
    db: Database,
    settings: Settings,
    folder: DataFolder,
    mail: NotificationServices,
    queue: JobQueue,
    tickets: TicketServices,
    chat: ChatServices,
) -> NewsServices:
    """Raises BadSettings."""
    around = Around(
        people=Addressees(),
        houses=Owners(),
        box_office=TicketAudience(db, tickets.papers),
        programmes=AnnouncedProgrammes(),
        videos=AnnouncedVideos(clipped),
        rooms=Mentions(db, chat.lobby, chat.entrance),
        channels=FollowedChannels(db),
        organizations=Houses(db),
        operates=partial(runs, db),
        sender=Courier,
    )
    return news_services(db, settings, folder, mail, queue, around)
