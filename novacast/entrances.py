"""Everything that is reached over HTTP, wing by wing. What a wing imports it imports when it is opened: the first time
that somebody asks for one of its paths."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from novacast.accounts.operators.authenticator import OperatorAuthenticator
from novacast.i18n import Languages
from novacast.live.rooms import ProgrammePlaces
from novacast.operations.console.service import ConsoleAuthenticator
from novacast.tickets.door.devices.authenticator import DoorAuthenticator
from novacast.tickets.passes.rooms import Places
from novacast.tickets.services import FONTS
from novacast.vods.rooms import VideoPlaces
from novacast.vods.shelf import VideoShelf
from novacast.web.asyncapi import Channel
from novacast.web.authentication import Authenticator
from novacast.web.wings import Wing
from novacast.wiring import Services

if TYPE_CHECKING:
    from novacast.tickets.passes.pages import WatchDoor

Objects = Iterable[object]


def wings(own: Services, *, demo: bool) -> Sequence[Wing]:
    """Where two paths fit a request and neither names more of it, that of the wing further up is taken."""
    house = Entrances(own)
    opened: dict[str, Callable[[], Objects]] = {
        "accounts": house.accounts,
        "pages of accounts": house.account_pages,
        "videos": house.videos,
        "studio of videos": house.video_studio,
        "live": house.live,
        "pages of live": house.live_pages,
        "tickets": house.tickets,
        "money": house.money,
        "pages of tickets": house.ticket_pages,
        "rentals": house.rentals,
        "carts": house.carts,
        "tips": house.tips,
        "memberships": house.memberships,
        "box office": house.box_office,
        "chat": house.chat,
        "news": house.news,
        "webhooks": house.webhooks,
        "operations": house.operations,
    }
    if demo and own.settings.mail.method == "folder":
        opened["mails of the demo"] = house.demo_mails
    return [Wing(name, objects) for name, objects in opened.items()]


def authenticator(own: Services) -> Authenticator:
    people = DoorAuthenticator(OperatorAuthenticator(own.accounts.authenticator, own.db), own.tickets.door.devices)
    return ConsoleAuthenticator(people, own.operations.console)


def channels() -> Sequence[Channel]:
    from novacast.chat.socket.routes import ROOM

    return [ROOM]


class Entrances:
    def __init__(self, own: Services) -> None:
        self._own = own

    def accounts(self) -> Objects:
        from novacast.accounts.routes import account_routes

        return account_routes(self._own.accounts)

    def account_pages(self) -> Objects:
        from novacast.accounts.pages import account_pages

        return account_pages(self._own.accounts, Languages(self._own.settings.language))

    def videos(self) -> Objects:
        from novacast.live.pages import WatchPages
        from novacast.playback.routes import PlaybackRoutes
        from novacast.tickets.events.pages import Announced
        from novacast.tickets.rentals.entrances import sales_door
        from novacast.vods.captions.routes import CaptionRoutes
        from novacast.vods.chapters.routes import ChapterRoutes
        from novacast.vods.collections.pages import CollectionPages
        from novacast.vods.collections.routes import CollectionRoutes
        from novacast.vods.downloads.routes import DownloadRoutes
        from novacast.vods.health.routes import HealthRoutes
        from novacast.vods.pages import VideoPages
        from novacast.vods.pictures.routes import PictureRoutes
        from novacast.vods.routes import VideoRoutes
        from novacast.vods.views.routes import ViewRoutes

        own, vods, organizations = self._own, self._own.vods, self._own.accounts.organizations
        return [
            VideoRoutes(vods.videos, vods.positions, vods.transcoding, vods.source, own.passes),
            VideoPages(
                vods.videos,
                vods.positions,
                organizations,
                vods.chapters,
                vods.downloads,
                vods.collections,
                own.views,
                WatchPages(own.live, own.db, organizations, vods.watchable),
                own.settings.server.embed_origins,
                sales_door(own.rentals, self._watch_door(), own.clock),
                Announced(own.tickets.listing, own.tickets.availability, own.tickets.posters),
            ),
            PlaybackRoutes(own.playback.playback),
            ViewRoutes(own.views),
            HealthRoutes(own.health),
            CollectionRoutes(vods.collections),
            CollectionPages(vods.collections, organizations),
            CaptionRoutes(vods.captions.captions, vods.captions.speech),
            ChapterRoutes(vods.chapters),
            PictureRoutes(vods.pictures),
            DownloadRoutes(vods.downloads),
        ]

    def video_studio(self) -> Objects:
        from novacast.vods.captions.pages import CaptionPages
        from novacast.vods.chapters.pages import ChapterPages
        from novacast.vods.collections.pages import CollectionStudioPages
        from novacast.vods.downloads.pages import DownloadPages
        from novacast.vods.health.pages import AudiencePages
        from novacast.vods.health.summary import Audience
        from novacast.vods.overview.routes import WorkRoutes
        from novacast.vods.pictures.pages import PicturePages
        from novacast.vods.replacement.pages import ReplacementPages
        from novacast.vods.replacement.routes import ReplacementRoutes
        from novacast.vods.storage.routes import StorageRoutes
        from novacast.vods.studio.pages import StudioPages
        from novacast.vods.uploads.routes import UploadRoutes

        own, vods, organizations = self._own, self._own.vods, self._own.accounts.organizations
        return [
            UploadRoutes(vods.uploads),
            StorageRoutes(vods.quotas, vods.outlooks),
            AudiencePages(vods.videos, own.views, own.health),
            CollectionStudioPages(vods.collections, vods.videos, organizations),
            CaptionPages(vods.captions.captions, vods.captions.speech),
            ChapterPages(vods.videos, vods.chapters),
            PicturePages(vods.pictures),
            ReplacementRoutes(vods.replacements),
            ReplacementPages(vods.replacements, vods.uploads),
            DownloadPages(vods.videos, vods.downloads),
            StudioPages(
                vods.videos,
                vods.transcoding,
                vods.uploads,
                organizations,
                own.views,
                vods.quotas,
                Audience(own.views, own.health),
            ),
            WorkRoutes(vods.overview),
        ]

    def live(self) -> Objects:
        from novacast.live.routes import live_routes

        return live_routes(self._own.live, self._own.settings, self._own.broadcasts)

    def live_pages(self) -> Objects:
        from novacast.live.pages import live_pages

        own, accounts = self._own, self._own.accounts
        return live_pages(own.live, own.db, own.settings, accounts.organizations, accounts.people, own.vods.watchable)

    def tickets(self) -> Objects:
        from novacast.tickets.post.routes import PostRoutes
        from novacast.tickets.routes import ticket_routes

        own = self._own
        return [*ticket_routes(own.tickets, own.clock, own.purchases), PostRoutes(own.order_post, own.tickets.orders)]

    def ticket_pages(self) -> Objects:
        from novacast.tickets.pages import ticket_pages
        from novacast.tickets.post.pages import ResendPages

        own, tickets = self._own, self._own.tickets
        return [
            *ticket_pages(tickets, own.clock),
            ResendPages(own.order_post, tickets.orders),
        ]

    def box_office(self) -> Objects:
        from novacast.tickets.office.handling.pages import OrderStudioPages
        from novacast.tickets.studio import office_pages

        own, accounts = self._own, self._own.accounts
        return [
            OrderStudioPages(own.tickets, own.order_post, accounts.people),
            *office_pages(own.tickets, own.clock, accounts.organizations, own.live.programmes, accounts.people),
        ]

    def rentals(self) -> Objects:
        from novacast.tickets.rentals.entrances import rental_routes

        own = self._own
        trailers = VideoShelf(own.db, own.vods.videos)
        return rental_routes(own.rentals, own.tickets, own.accounts.people, trailers, own.clock)

    def carts(self) -> Objects:
        from novacast.tickets.carts.entrances import cart_pages

        own, accounts = self._own, self._own.accounts
        return cart_pages(
            own.tickets, own.rentals, own.purchases, own.memberships.wanted, accounts.organizations, accounts.people
        )

    def tips(self) -> Objects:
        from novacast.tickets.tips.entrances import tip_routes

        own, accounts = self._own, self._own.accounts
        return tip_routes(own.tips, own.tickets, accounts.people, accounts.organizations, self._watch_door())

    def money(self) -> Objects:
        from novacast.payments.inbox.routes import InboxRoutes
        from novacast.payments.routes import money_routes

        own, organizations = self._own, self._own.accounts.organizations
        return [
            *money_routes(own.payments, own.journal, own.invoices, organizations, own.tickets.events, FONTS, own.clock),
            InboxRoutes(own.payments.inbox),
        ]

    def memberships(self) -> Objects:
        from novacast.live.programmes.shelf import ProgrammeShelf
        from novacast.payments.memberships.studio.ports import Shelf
        from novacast.payments.routes import membership_routes

        own, accounts = self._own, self._own.accounts
        shelves: list[Shelf] = [VideoShelf(own.db, own.vods.videos), ProgrammeShelf(own.db, own.live.programmes)]
        return membership_routes(own.memberships, accounts.organizations, accounts.people, shelves, own.clock)

    def chat(self) -> Objects:
        from novacast.chat.emotes.pages import EmotePages
        from novacast.chat.emotes.routes import EmoteRoutes
        from novacast.chat.moderation.routes import moderation_routes
        from novacast.chat.pages import RoomPages
        from novacast.chat.routes import RoomRoutes, SteeringRoutes
        from novacast.chat.socket.routes import SocketRoutes

        own, accounts = self._own, self._own.accounts
        return [
            RoomPages(own.chat),
            RoomRoutes(own.chat),
            SteeringRoutes(own.chat),
            EmoteRoutes(own.chat.emotes, own.chat.entrance),
            EmotePages(own.chat.emotes, accounts.people, accounts.organizations),
            *moderation_routes(own.chat),
            SocketRoutes(own.chat, accounts.authenticator, Languages(own.settings.language)),
        ]

    def news(self) -> Objects:
        from novacast.notifications.routes import news_routes

        return news_routes(self._own.news)

    def webhooks(self) -> Objects:
        from novacast.notifications.webhooks.pages import DeliveryPages, WebhookPages
        from novacast.notifications.webhooks.routes import DeliveryRoutes, WebhookRoutes

        own, hooks = self._own, self._own.webhooks
        return [
            WebhookRoutes(hooks.webhooks),
            DeliveryRoutes(hooks.deliveries),
            WebhookPages(hooks, own.accounts.organizations, own.clock),
            DeliveryPages(hooks.deliveries),
        ]

    def operations(self) -> Objects:
        from novacast.operations.pages import TlsPages
        from novacast.operations.routes import operation_routes
        from novacast.operations.tls import Https

        own = self._own
        return [
            TlsPages(own.settings, Https(own.settings, own.folder, own.clock)),
            *operation_routes(own.operations, authenticator(own), own.accounts.authenticator, own.settings, own.clock),
        ]

    def demo_mails(self) -> Objects:
        from novacast.notifications.pages import DemoMailPages

        return [DemoMailPages(self._own.notifications.folder)]

    def _watch_door(self) -> "WatchDoor":
        from novacast.tickets.passes.pages import WatchDoor

        own = self._own
        places: list[Places] = [VideoPlaces(own.db), ProgrammePlaces(own.db)]
        return WatchDoor(own.tickets.passes, own.tickets.performances, places, own.clock, own.passes)
