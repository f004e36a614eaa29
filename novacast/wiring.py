"""What both roots share: the slices put together, and their ports joined."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from novacast.accounts import keeping as accounts_keeping
from novacast.accounts.imports.service import Addressed
from novacast.accounts.operators.service import reached
from novacast.accounts.organizations.owners import Owners
from novacast.accounts.people.addresses import Addresses
from novacast.accounts.people.service import Addressees, Standings
from novacast.accounts.ports import PersonalData
from novacast.accounts.scim.personal import ProvisionedData
from novacast.accounts.services import AccountServices, account_services
from novacast.accounts.sessions.logins import LogIns
from novacast.chat.keeping import rules as chat_rules
from novacast.chat.overview.service import Liveliness
from novacast.chat.ports import Places
from novacast.chat.services import ChatServices, chat_services
from novacast.clock import Clock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.i18n import Languages
from novacast.importing import Kind, Takes, Undoes
from novacast.jobs import JobQueue, connect
from novacast.keeping import Rule
from novacast.limits import RateLimiter
from novacast.live import keeping as live_keeping
from novacast.live.broadcast.station import Station
from novacast.live.channels.owners import ChannelOwners
from novacast.live.overview.service import LiveOverview
from novacast.live.presence import Presence
from novacast.live.reminders.ports import Post
from novacast.live.rooms import ProgrammePlaces
from novacast.live.services import LiveServices, live_services
from novacast.newsroom import newsroom
from novacast.notifications import store as mails
from novacast.notifications.news import keeping as news_keeping
from novacast.notifications.news.services import NewsServices
from novacast.notifications.overview import store as mail_work
from novacast.notifications.service import Enclosures
from novacast.notifications.services import NotificationServices, notification_services
from novacast.notifications.webhooks.services import WebhookServices, webhook_services
from novacast.operations.imports import keeping as imports_keeping
from novacast.operations.personal import DeedsData
from novacast.operations.services import OperationServices, Slices, operation_services
from novacast.outbox import Outbox
from novacast.payments.incidents.personal import IncidentData
from novacast.payments.inquiries.service import Inquiries
from novacast.payments.invoices.service import Invoices
from novacast.payments.ledger.reading import Journal
from novacast.payments.ledger.service import Ledger
from novacast.payments.memberships.disputes.listing import MembershipDisputes
from novacast.payments.memberships.entitlement import WithMembers
from novacast.payments.memberships.evidence.service import Evidence
from novacast.payments.memberships.post.service import MembershipPost
from novacast.payments.memberships.services import MembershipServices, membership_services
from novacast.payments.memberships.watching import MemberOffers
from novacast.payments.overview import store as payment_work
from novacast.payments.services import PaymentServices, outside, payment_services
from novacast.playback.services import PlaybackServices, playback_services
from novacast.playback.watches import Watches
from novacast.records import dataclass
from novacast.security.keys import secret
from novacast.security.rings import Ring
from novacast.settings import Settings
from novacast.tables import GUARDS, MIGRATIONS
from novacast.tickets.carts.personal import CartData
from novacast.tickets.imports.events import EventsTaking
from novacast.tickets.imports.undoing import EventsUndoing
from novacast.tickets.keeping import rules as ticket_rules
from novacast.tickets.papers.service import Enclosing
from novacast.tickets.passes.rooms import TicketBadges, TicketedPlaces
from novacast.tickets.post.joint import Together
from novacast.tickets.post.service import OrderPost
from novacast.tickets.purchases.joining import once_beside
from novacast.tickets.purchases.service import Purchases
from novacast.tickets.purchases.services import purchase_services
from novacast.tickets.rentals.rights import WithRights
from novacast.tickets.rentals.services import RentalServices, rental_services
from novacast.tickets.services import FONTS, TicketServices, ticket_services
from novacast.tickets.tips.service import Tips
from novacast.tickets.tips.services import tip_services
from novacast.tickets.waiting.post import WaitingPost
from novacast.vods.advertised import AdvertisedVideos
from novacast.vods.health.service import VideoHealth
from novacast.vods.overview import store as vod_work
from novacast.vods.ports import Records
from novacast.vods.rooms import VideoPlaces
from novacast.vods.services import VodServices, vod_services
from novacast.vods.views.service import Views
from novacast.web.courier import Courier
from novacast.web.moderations import ModerationServer
from novacast.web.personal import AnswersData

FAILED_MAILS = mails.failed
"""For the doctor, which belongs to no slice."""


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    folder: DataFolder
    key: Ring
    """Of this installation; what is signed derives a key of its own from it."""
    clock: Clock
    db: Database
    outbox: Outbox
    queue: JobQueue
    limiter: RateLimiter
    notifications: NotificationServices
    news: NewsServices
    accounts: AccountServices
    vods: VodServices
    live: LiveServices
    playback: PlaybackServices
    chat: ChatServices
    tickets: TicketServices
    payments: PaymentServices
    invoices: Invoices
    journal: Journal
    order_post: OrderPost
    waiting_post: WaitingPost
    membership_post: MembershipPost
    views: Views
    health: VideoHealth
    webhooks: WebhookServices
    memberships: MembershipServices
    passes: WithMembers
    """What tickets, purchases and memberships open."""
    broadcasts: LiveOverview
    operations: OperationServices
    rentals: RentalServices
    tips: Tips
    purchases: Purchases

    def open_rooms(self) -> Sequence[str]:
        """Parts of the house that its pages lead to, now that there is something in them."""
        there = {"events": self.tickets.marquee.lit, "memberships": self.memberships.houses.offer}
        return ("notices", *(name for name, lit in there.items() if lit), *self.tickets.carts.rooms)


def station(own: Services) -> Station:
    """What is on air, for the server alone: one process is its owner."""
    live = own.live
    made = Station(
        live.airing,
        live.recordings,
        own.playback.viewings,
        own.settings,
        own.folder,
        own.clock,
        live.whip,
        live.targets,
        live.playouts,
        own.vods.films,
        live.monitoring,
        own.playback.peers,
        live.playing,
    )
    live.antenna.air = own.broadcasts.ladder = made.engine
    live.clips.running = made.engine.journal
    return made


@asynccontextmanager
async def services(settings: Settings, clock: Clock, *, readers: int | None = None) -> AsyncIterator[Services]:
    """Everything below the roots, on a prepared folder with a migrated database; closed in reverse."""
    folder = DataFolder.at(settings.data)
    async with AsyncExitStack() as stack:
        # Closed last: what was committed until then may still have something to enqueue.
        queue = JobQueue(connect(settings.jobs, folder.queue))
        stack.push_async_callback(queue.close)
        count = readers or settings.database.readers
        db = await Database.open(folder.database, clock, readers=count, guards=GUARDS)
        stack.push_async_callback(db.close)
        own = _joined(settings, folder, clock, db, queue)
        stack.callback(own.accounts.close)
        stack.push_async_callback(own.accounts.oidc.close)
        stack.push_async_callback(own.playback.close)
        stack.push_async_callback(own.payments.close)
        yield own


def _joined(settings: Settings, folder: DataFolder, clock: Clock, db: Database, queue: JobQueue) -> Services:
    key, limiter = secret(folder.keys, "installation"), RateLimiter(clock)
    # Filled below: whose mails carry files.
    enclosures: list[Enclosures] = []
    mail = notification_services(db, queue, clock, settings, folder, enclosures)
    # Filled below: vods looks after the folders of what live records, and live has vods make videos of it.
    records: list[Records] = []
    post = Post(mail.mailbox, Addressees())
    vods = vod_services(db, queue, clock, settings, folder, records, Presence(db))
    live = live_services(db, limiter, settings, folder, vods.recordings, vods.quotas, vods.films, post)
    records.append(live.recordings)
    # Filled below: accounts asks every slice for a person's data, and playback asks accounts who is signed in.
    movers, invoices = outside(db, settings), Invoices(db, FONTS)
    tickets = ticket_services(
        db, limiter, settings, key, Ledger(), invoices, Watches(db), movers.providers, Addressed(),
        (MembershipDisputes(db), Inquiries(db)),
    )  # fmt: skip
    enclosures.append(Enclosing(tickets.papers))
    languages, root = Languages(settings.language), settings.public_url
    waiting_post = WaitingPost(db, mail.mailbox, Addressees(), languages, tickets.waiting, root)
    memberships = membership_services(
        db, settings, Addresses(db), Addressees(), tickets.events, invoices, key,
        Evidence(db, Addressees(), Watches(db), LogIns(db), FONTS), movers.billers,
    )  # fmt: skip
    tickets.members.memberships = memberships.entitlement
    membership_post = MembershipPost(db, mail.mailbox, Addressees(), languages, root)
    payments = payment_services(db, movers, [tickets.news, memberships.news], test=settings.tickets.mode == "test")
    films = AdvertisedVideos(db, vods.source)
    rentals = rental_services(db, tickets, Ledger(), films, MemberOffers(memberships.plans))
    memberships.billed.beside = once_beside
    purchases = purchase_services(db, tickets, rentals.sales, key, root, memberships.bundled)
    tickets.carts.purchases = purchases
    together = Together(tickets.carts.page, memberships.wanted.words, f"{root}/account/memberships")
    order_post = OrderPost(db, mail.mailbox, languages, tickets.papers, tickets.closing, together)
    membership_post.told_elsewhere = tickets.carts.tells
    passes = WithMembers(WithRights(tickets.passes, rentals.rights), memberships.entitlement)
    personal: list[PersonalData] = [
        mail.personal,
        vods.personal,
        live.personal,
        tickets.personal,
        CartData(db),
        memberships.personal,
        IncidentData(db),
        AnswersData(db),
        DeedsData(db),
        ProvisionedData(db),
    ]
    accounts = account_services(db, clock, settings, limiter, mail.mailbox, key, personal, Courier)
    playback = playback_services(
        db, clock, settings, limiter, [live.source, vods.source], passes, accounts.sessions, key
    )
    personal.append(playback.personal)
    # A recording has its programme's room: the video is asked first, so that it is written in again.
    places: list[Places] = [TicketedPlaces(one, passes) for one in (VideoPlaces(db), ProgrammePlaces(db))]
    chat = chat_services(
        db,
        clock,
        settings,
        limiter,
        places,
        accounts.people,
        key=key,
        badges=[TicketBadges(tickets.passes), memberships.entitlement],
        standings=Standings(),
        judge=_judge(settings),
    )
    personal += [chat.personal, chat.emote_personal]
    news = newsroom(db, settings, folder, mail, queue, tickets, chat)
    personal.append(news.personal)
    tips = tip_services(db, tickets, chat.gifts, languages)
    views = Views(db, playback.viewings)
    health = VideoHealth(db, playback.viewings, limiter, keep_days=settings.health.keep_days, on_air=live.playing)
    broadcasts = LiveOverview(db, playback.viewings, live.keys)
    works = (vod_work.work, mail_work.work, payment_work.work)
    slices = Slices(
        broadcasts,
        live.playing,
        Liveliness(db),
        tickets.overview,
        works,
        mail_work.failing,
        mail.mailbox,
        reached,
        news.pushes,
        accounts.proving,
    )
    takers: dict[Kind, Takes] = {
        Kind.USERS: accounts.taking,
        Kind.EVENTS: EventsTaking(),
        Kind.ORDERS: tickets.orders_taking,
    }
    undoers: dict[Kind, Undoes] = {
        Kind.USERS: accounts.taking_back,
        Kind.EVENTS: EventsUndoing(),
        Kind.ORDERS: tickets.orders_undoing,
    }
    operations = operation_services(
        db, settings, folder, slices, MIGRATIONS, FAILED_MAILS, _rules(settings), queue, takers, undoers, GUARDS
    )
    return Services(
        settings,
        folder,
        key,
        clock,
        db,
        Outbox(db),
        queue,
        limiter,
        mail,
        news,
        accounts,
        vods,
        live,
        playback,
        chat,
        tickets,
        payments,
        invoices,
        Journal(db, test=settings.tickets.mode == "test"),
        order_post,
        waiting_post,
        membership_post,
        views,
        health,
        webhook_services(db, settings, key, mail.mailbox, Owners(), ChannelOwners(db).org_of, Courier),
        memberships,
        passes,
        broadcasts,
        operations,
        rentals,
        tips,
        purchases,
    )


def _rules(settings: Settings) -> Sequence[Rule]:
    """How long things are kept."""
    made = (accounts_keeping, live_keeping, ticket_rules, chat_rules, news_keeping, imports_keeping)
    return [rule for slice_ in made for rule in slice_.rules(settings.retention)]


def _judge(settings: Settings) -> ModerationServer | None:
    own = settings.moderation
    return ModerationServer(own.base_url, own.key, own.model, own.timeout_seconds) if own.base_url else None
