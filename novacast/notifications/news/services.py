"""Everything that people are told of put together: what wiring hands to the server, the worker and other slices."""

from novacast.database import Database
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.jobs import JobQueue
from novacast.notifications.choices.ports import Operates
from novacast.notifications.choices.service import Choices
from novacast.notifications.follows.models import Followed
from novacast.notifications.follows.ports import Nameable
from novacast.notifications.follows.service import Follows
from novacast.notifications.kinds import Kind
from novacast.notifications.news.hearing import Hearing, MentionHearing
from novacast.notifications.news.personal import NewsData
from novacast.notifications.news.ports import BoxOffice, Houses, People, Rooms, Things
from novacast.notifications.news.service import Notices
from novacast.notifications.news.spreading import Spreading
from novacast.notifications.news.telling import Teller
from novacast.notifications.previews.service import Previews
from novacast.notifications.push.ports import SenderOf
from novacast.notifications.push.sending import Pusher
from novacast.notifications.push.service import Browsers, Pushes
from novacast.notifications.services import NotificationServices
from novacast.records import dataclass
from novacast.security.addresses import Reach
from novacast.security.webpush import Vapid
from novacast.settings import Settings


@dataclass(frozen=True, slots=True)
class Around:
    """The slices in which things happen, and whoever knows people."""

    people: People
    houses: Houses
    box_office: BoxOffice
    programmes: Things
    videos: Things
    rooms: Rooms
    channels: Nameable
    organizations: Nameable
    operates: Operates
    sender: SenderOf


@dataclass(frozen=True, slots=True)
class NewsServices:
    """`hearing`, `mentions` and `browsers` are to be subscribed to the facts, durably."""

    choices: Choices
    follows: Follows
    notices: Notices
    browsers: Browsers
    pushes: Pushes
    pusher: Pusher
    hearing: Hearing
    mentions: MentionHearing
    spreading: Spreading
    personal: NewsData
    previews: Previews


def news_services(
    db: Database, settings: Settings, folder: DataFolder, mail: NotificationServices, queue: JobQueue, around: Around
) -> NewsServices:
    """Raises BadSettings."""
    own, root = settings.notifications, settings.public_url
    reach, vapid = Reach.of(own.push_allowed, "[notifications] push_allowed"), Vapid(folder.keys)
    pushes = Pushes(queue, on=own.push_at_once > 0)
    teller = Teller(mail.mailbox, pushes, Languages(settings.language), root, own.daily)
    things = {Kind.ON_AIR: around.programmes, Kind.VIDEO: around.videos}
    followed = {Followed.CHANNEL: around.channels, Followed.ORGANIZATION: around.organizations}
    return NewsServices(
        Choices(db, mail.links, around.operates),
        Follows(db, followed),
        Notices(db),
        Browsers(db, reach, vapid),
        pushes,
        Pusher(db, queue, vapid, lambda: around.sender(reach, own.push_at_once), _contact(settings), own.push_at_once),
        Hearing(db, queue, own, around.programmes, around.videos, around.box_office),
        MentionHearing(db, teller, around.people, around.rooms),
        Spreading(db, queue, teller, around.box_office, around.people, around.houses, things),
        NewsData(db),
        Previews(mail.letters, Languages(settings.language), root),
    )


def _contact(settings: Settings) -> str:
    """For push services: as the settings say, else this server's own address, else that of its mails."""
    if settings.notifications.push_contact:
        return settings.notifications.push_contact
    if settings.public_url.startswith("https://"):
        return settings.public_url
    return f"mailto:{settings.mail.sender.rpartition('<')[2].rstrip('>').strip()}"
