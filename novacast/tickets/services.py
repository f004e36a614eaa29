"""The slice put together: what wiring hands to routes, the command line and other slices."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import novacast
from novacast.clock import Clock
from novacast.database import Database
from novacast.folder import DataFolder
from novacast.limits import RateLimiter
from novacast.media.ffmpeg import FFmpeg, find_ffmpeg
from novacast.money import Provider, Witness
from novacast.records import dataclass
from novacast.security.keys import instance_of
from novacast.security.seal import Seal
from novacast.settings import Settings
from novacast.tickets.accounting.service import Accounting
from novacast.tickets.admission.keys import PURPOSE, Keyring
from novacast.tickets.admission.service import Admission
from novacast.tickets.arranging.service import Arranging
from novacast.tickets.billing.service import Billing
from novacast.tickets.cancelling.moving import Moving
from novacast.tickets.cancelling.service import Cancelling
from novacast.tickets.carts.service import Carts
from novacast.tickets.codes.service import Codes
from novacast.tickets.codes.trying import CodeTrying
from novacast.tickets.disputes.ports import Contests, Viewings
from novacast.tickets.disputes.service import Disputes
from novacast.tickets.door.services import DoorServices, door_services
from novacast.tickets.editing import trading
from novacast.tickets.editing.service import Editing
from novacast.tickets.events.listing import Listing
from novacast.tickets.events.marquee import Marquee
from novacast.tickets.events.performances import Performances
from novacast.tickets.events.service import Events
from novacast.tickets.expiry import Expiry
from novacast.tickets.exports.lists import Lists
from novacast.tickets.exports.tables import Exports
from novacast.tickets.holders.service import Holders
from novacast.tickets.holds.service import Holds
from novacast.tickets.holds.taking import Taking
from novacast.tickets.imports.orders import OrdersTaking
from novacast.tickets.imports.ports import Accounts, Nobody
from novacast.tickets.imports.undoing import OrdersUndoing
from novacast.tickets.members.service import Members
from novacast.tickets.orders.closing import Closing
from novacast.tickets.orders.news import PaymentNews
from novacast.tickets.orders.payments import Payments
from novacast.tickets.orders.placing import Placing
from novacast.tickets.orders.sandbox import Sandbox, SandboxDesk
from novacast.tickets.orders.service import Orders
from novacast.tickets.overview.service import BoxOfficeOverview
from novacast.tickets.papers.service import Papers
from novacast.tickets.passes.service import Passes
from novacast.tickets.personal import TicketData
from novacast.tickets.ports import Books, Invoicing
from novacast.tickets.posters.service import Posters
from novacast.tickets.proof.service import Proof
from novacast.tickets.purchases.shares import Shared, shared
from novacast.tickets.questions.service import Questions
from novacast.tickets.questions.sheet import AnswerSheets
from novacast.tickets.recurrences.service import Recurrences
from novacast.tickets.refunds.bulk import Bulk
from novacast.tickets.refunds.late import Late
from novacast.tickets.refunds.service import Refunds
from novacast.tickets.reopening.service import Reopening
from novacast.tickets.reports.availability import Availability
from novacast.tickets.reports.service import Reports
from novacast.tickets.sales.service import Sales
from novacast.tickets.seatmaps.editor.service import MapEditor
from novacast.tickets.seatmaps.hall.service import Halls
from novacast.tickets.seatmaps.service import SeatMaps
from novacast.tickets.waiting import store as waiters
from novacast.tickets.waiting.offering import Offering
from novacast.tickets.waiting.service import WaitingList

FONTS = Path(novacast.__file__).parent / "web" / "static" / "vendor"
"""Where packaging puts what comes from npm."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TicketServices:
    clock: Clock
    events: Events
    """To be subscribed to the facts, durably."""
    performances: Performances
    seat_maps: SeatMaps
    codes: Codes
    trying: CodeTrying
    halls: Halls
    map_editor: MapEditor
    expiry: Expiry
    taking: Taking
    holds: Holds
    carts: Carts
    """Lit once there is somebody who takes one payment for several things."""
    orders: Orders
    questions: Questions
    recurrences: Recurrences
    waiting: WaitingList
    closing: Closing
    payments: Payments
    reopening: Reopening
    news: PaymentNews
    """To be told of whatever those who move money tell."""
    sandbox: Sandbox | None
    """Only in test mode."""
    desk: SandboxDesk
    keyring: Keyring
    admission: Admission
    passes: Passes
    holders: Holders
    papers: Papers
    cancelling: Cancelling
    moving: Moving
    editing: Editing
    refunds: Refunds
    bulk: Bulk
    late: Late
    disputes: Disputes
    billing: Billing
    """To be subscribed to the facts, durably."""
    accounting: Accounting
    door: DoorServices
    arranging: Arranging
    posters: Posters
    marquee: Marquee
    """To be subscribed to the facts."""
    listing: Listing
    availability: Availability
    address: str
    """Of the house on the web."""
    reports: Reports
    sales: Sales
    exports: Exports
    lists: Lists
    sheets: AnswerSheets
    proof: Proof
    overview: BoxOfficeOverview
    personal: TicketData
    placing: Placing
    members: Members
    """To be told who has members."""
    orders_taking: OrdersTaking
    orders_undoing: OrdersUndoing
    shares: Mapping[str, Shared]
    """Those who move money, by name, asked about parts of a payment as about any other."""

    async def begin(self) -> None:
        """Before anything is sold: attack the schema, and stay shut if that works."""
        worked = await self.proof.attacked()
        await self.reopening.begin(attacked=bool(worked))
        await self.marquee.look()
        if worked:
            log.critical("the box office stays shut: these attacks on the database worked: %s", "; ".join(worked))


def ticket_services(
    db: Database,
    limiter: RateLimiter,
    settings: Settings,
    key: bytes,
    books: Books,
    invoicing: Invoicing,
    viewings: Viewings,
    outside: Sequence[Witness] = (),
    accounts: Accounts | None = None,
    contests: Sequence[Contests] = (),
) -> TicketServices:
    """`key`: 32 secret bytes of this installation. `outside`: those who move money. `accounts`: for orders that come
    over. `contests`: what banks want or ask beside what is of orders."""
    own, expiry = settings.tickets, Expiry(db)
    sandbox = Sandbox(db) if own.mode == "test" else None
    # Test and live never mix.
    providers: dict[str, Provider] = {} if sandbox is None else {sandbox.name: sandbox}
    checkouts = [one for one in outside if one.live == (own.mode == "live")]
    providers |= {one.name: one for one in checkouts}
    shares = shared(db, providers)
    members = Members(db)
    taking = Taking(own, expiry, members)
    offering = Offering(own, taking)
    taking.first = offering.serve
    holds = Holds(db, own, limiter, expiry, taking, key)
    carts = Carts(db, key)
    holds.followers += [waiters.follow, trading.follow, carts.follow]
    closing = Closing(db, expiry, shares, books)
    instance = instance_of(key)
    placing = Placing(own, instance, books, members, outside=providers)
    orders = Orders(db, holds, taking, placing, closing, shares, books, key, settings.public_url)
    refunds, disputes = Refunds(db, shares, books), Disputes(db, orders, books, viewings, FONTS, contests)
    keyring = Keyring(db, Seal(key, PURPOSE))
    admission, holders = Admission(db, keyring), Holders(db, orders, key)
    sales, reports = Sales(db, orders), Reports(db, test=own.mode == "test")
    sheets = AnswerSheets(db)
    folder = DataFolder.at(settings.data)

    async def find() -> FFmpeg:
        return await find_ffmpeg(folder.cache, explicit=settings.transcode.ffmpeg)

    return TicketServices(
        clock=db.clock,
        events=Events(db),
        performances=Performances(db, members),
        seat_maps=SeatMaps(db),
        codes=Codes(db),
        trying=holds.codes,
        halls=Halls(db, taking.warm, members),
        map_editor=MapEditor(db),
        expiry=expiry,
        taking=taking,
        holds=holds,
        carts=carts,
        orders=orders,
        questions=Questions(db, holds, orders),
        recurrences=Recurrences(db),
        waiting=WaitingList(db, limiter, expiry, taking, offering, key),
        closing=closing,
        payments=Payments(db, shares, books),
        reopening=Reopening(db, taking, checkouts, books, instance, closing.ask),
        news=PaymentNews(db, shares, books, refunds, disputes),
        sandbox=sandbox,
        desk=SandboxDesk(orders, sandbox),
        keyring=keyring,
        admission=admission,
        passes=Passes(db, admission),
        holders=holders,
        papers=Papers(db, orders, admission, holders, FONTS, settings.public_url),
        cancelling=Cancelling(db, orders, books),
        moving=Moving(db, taking),
        editing=Editing(db, taking, placing, books),
        refunds=refunds,
        bulk=Bulk(db, books),
        late=Late(db, taking, books),
        billing=Billing(db, orders, invoicing),
        disputes=disputes,
        accounting=Accounting(db, books),
        door=door_services(db, limiter, keyring, live=own.mode == "live"),
        arranging=Arranging(db),
        posters=Posters(db, folder.posters, find),
        marquee=Marquee(db),
        listing=Listing(db),
        availability=Availability(db),
        address=settings.public_url,
        reports=reports,
        sales=sales,
        exports=Exports(sales, reports),
        lists=Lists(Events(db), Codes(db), sheets),
        sheets=sheets,
        proof=Proof(db),
        overview=BoxOfficeOverview(db, reports, holds, Proof(db), test=own.mode == "test"),
        personal=TicketData(db, invoicing),
        placing=placing,
        members=members,
        orders_undoing=OrdersUndoing(books),
        shares=shares,
        orders_taking=OrdersTaking(taking, books, accounts or Nobody(), instance),
    )
