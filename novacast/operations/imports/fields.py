"""Fields of what is brought, and the headings by which other systems call them.

pretix: headings of `OrderListExporter.iterate_positions`, `EventDataExporter` (src/pretix/base/exporters/) and
`CSVCheckinList` (src/pretix/plugins/checkinlists/exporters.py), which alone has the tickets' secrets.
Hi.Events: headings of `AttendeesExport` and `OrdersExport` (backend/app/Exports/); a list of orders names no tickets.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence

from novacast.importing import Kind
from novacast.records import dataclass

PRETIX, HI_EVENTS, TABLE = "pretix", "hi.events", "table"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    about: str
    headings: Sequence[str] = ()
    """Other names that it goes by, the likeliest first."""
    needed: bool = False


_USERS = (
    Field("email", "Address of the account.", ("e-mail", "mail", "e-mail address", "email address", "e-mail-adresse",
                                                 "username", "user name", "login"), needed=True),
    Field("name", "As others see it.", ("full name", "display name", "displayname", "vor- und nachname")),
    Field("first_name", "", ("first name", "given name", "givenname", "firstname", "vorname")),
    Field("last_name", "", ("last name", "family name", "surname", "lastname", "familyname", "nachname")),
    Field("language", "BCP 47 tag of pages and mails.", ("locale", "lang", "sprache")),
    Field("organization", "Short name or name of the organization of `role`.", ("org", "house", "team")),
    Field("role", "Role there: owner, manager, producer, moderator, box_office, door.", ("rolle",)),
    Field("roles", "Several: `house:role, other:role`.", ("memberships", "organizations", "groups")),
    Field("password_hash", "Argon2id in PHC form; no other kind is taken.", ("password hash", "hash")),
    Field("id", "The other system's own name of the person.", ("user id", "uid", "external id", "external_id")),
)  # fmt: skip
_EVENTS = (
    Field("event", "Name of the event in the file; rows with the same one are of one event.",
          ("short form", "event slug", "slug", "event id")),
    Field("title", "", ("event name", "name", "veranstaltung", "titel"), needed=True),
    Field("description", "", ("beschreibung",)),
    Field("venue", "Where it is.", ("location", "place", "ort", "address")),
    Field("timezone", "IANA name.", ("time zone", "zeitzone")),
    Field("currency", "ISO 4217.", ("event currency", "währung")),
    Field("performance", "Name of the performance in the file; else its hour is.", ("date id", "subevent", "date")),
    Field("starts", "Day and hour, by the clocks there.", ("start", "event start time", "start date", "begin",
                                                            "starts at", "beginn", "date from")),
    Field("ends", "", ("end", "event end time", "end date", "ends at", "ende", "date to")),
    Field("sale_from", "", ("start of presale", "sale from")),
    Field("sale_until", "", ("end of presale", "sale until")),
    Field("item", "Name of the kind of ticket in the file; else what it is called is.", ("product id", "item id")),
    Field("ticket", "What the kind of ticket is called.", ("product", "ticket name", "item", "product name",
                                                            "kind", "ticketart")),
    Field("type", "general, seated, online, replay, bundle or add_on.", ("ticket type",)),
    Field("price", "", ("default price", "preis")),
    Field("fee", "On top of the price.", ("gebühr",)),
    Field("tax", "Percent within the price.", ("tax rate", "vat", "steuersatz")),
    Field("places", "How many there are.", ("quota", "capacity", "total quota", "plätze")),
    Field("pools", "Quotas that count it, each `name:size`.", ()),
    Field("least", "In one order.", ("minimum amount per order",)),
    Field("most", "In one order.", ("maximum amount per order",)),
    Field("hidden", "yes: only with a code.", ()),
    Field("published", "yes: everybody sees the event.", ("shop is live", "live")),
)  # fmt: skip
_ORDERS = (
    Field("order", "Number of the order; rows with the same one are of one order.",
          ("order code", "order id", "order number", "bestellnummer", "public id")),
    Field("position", "Number of the ticket in its order.", ("position id", "positionid")),
    Field("event", "Name of the event in the file.", ("event slug", "event id", "slug")),
    Field("performance", "Name of the performance in the file.", ("date id", "subevent")),
    Field("starts", "Hour of the performance, by which it is found.", ("start date", "occurrence date", "beginn")),
    Field("item", "Name of the kind of ticket in the file.", ("product id", "item id")),
    Field("ticket", "What the kind of ticket is called.", ("product", "product name", "ticket name", "ticketart")),
    Field("variation", "Behind the name of the kind.", ("variante",)),
    Field("status", "Only what is paid comes over.", ("order status", "payment status", "state")),
    Field("price", "", ("preis", "ticket price")),
    Field("fee", "On top of the price.", ("gebühr",)),
    Field("tax", "Percent within the price.", ("tax rate", "steuersatz")),
    Field("order_total", "Of the whole order: laid on its tickets where these have no price.",
          ("order total", "total gross")),
    Field("currency", "Must be the event's.", ("währung",)),
    Field("buyer_name", "", ("invoice address name", "customer name", "buyer name", "buyer")),
    Field("buyer_email", "", ("order email", "customer email", "buyer email")),
    Field("name", "Of whom the ticket is for.", ("attendee name", "full name", "holder")),
    Field("first_name", "", ("first name", "given name", "vorname")),
    Field("last_name", "", ("last name", "family name", "nachname")),
    Field("email", "", ("attendee email", "e-mail", "mail")),
    Field("language", "BCP 47 tag of pages and mails.", ("order locale", "locale")),
    Field("seat", "Id of the seat, or section, row and number.", ("seat id", "seat guid", "sitz")),
    Field("seat_zone", "", ("seat zone", "section")),
    Field("seat_row", "", ("seat row", "row")),
    Field("seat_number", "", ("seat number",)),
    Field("code", "What stands in the ticket's code: doors take it as well as ours.",
          ("secret", "ticket code", "barcode", "qr code", "ticket secret")),
    Field("checked_in", "When somebody came in with it: only said in the report.",
          ("checked in", "check-in date", "checkin", "eingecheckt")),
    Field("voucher", "By which it was bought: only said in the report.", ("voucher code", "gutschein")),
    Field("answers", "What was asked and answered: only said in the report.", ()),
    Field("ordered", "Day and hour of the order.", ("order date", "created at", "created date", "bestelldatum")),
)  # fmt: skip

FIELDS: Mapping[Kind, Sequence[Field]] = {Kind.USERS: _USERS, Kind.EVENTS: _EVENTS, Kind.ORDERS: _ORDERS}

_HI_EVENTS = {
    "Public ID": ("order", "code"),
    "Email": ("email",),
    "Notes": (),
    "ID": (),
    "Event ID": ("event",),
}
"""A list of attendees has one id, by which the door knows the ticket; the order's is a part of it."""
_MARKS = {
    PRETIX: ({"event slug", "order code"}, {"order code", "automatically checked in"}, {"short form", "shop is live"}),
    HI_EVENTS: ({"public id", "short id", "product id"}, {"total before additions", "public id"}),
}


def source_of(headings: Collection[str]) -> str:
    """Whose export this seems to be."""
    known = {_bare(one) for one in headings}
    for name, marks in _MARKS.items():
        if any({_bare(one) for one in mark} <= known for mark in marks):
            return name
    return TABLE


def guess(kind: Kind, headings: Collection[str], source: str) -> dict[str, str]:
    """Field -> heading, as far as headings tell."""
    by_name: dict[str, str] = {}
    for heading in headings:
        by_name.setdefault(_bare(heading), heading)
    found: dict[str, str] = {}
    taken: set[str] = set()
    if source == HI_EVENTS and kind is Kind.ORDERS:
        for heading, names in _HI_EVENTS.items():
            if heading in headings:
                found |= dict.fromkeys(names, heading)
                taken.add(heading)
    for exact in (True, False):
        for field in FIELDS[kind]:
            called: Sequence[str] = (field.name,) if exact else field.headings
            heading = next(
                (by_name[_bare(one)] for one in called if by_name.get(_bare(one), "") not in ("", *taken)), ""
            )
            if heading and field.name not in found:
                found[field.name] = heading
                taken.add(heading)
    if source == PRETIX and kind is Kind.ORDERS and found.get("email") in ("Email", "E-mail"):
        # The order's; a list of positions has "Attendee email" beside it.
        found["buyer_email"] = found.pop("email")
        if "Attendee email" in headings:
            found["email"] = "Attendee email"
    return found


def _bare(heading: str) -> str:
    plain = unicodedata.normalize("NFKC", heading).casefold()
    return re.sub(r"[^\w]+", " ", plain.replace("_", " ")).strip()
