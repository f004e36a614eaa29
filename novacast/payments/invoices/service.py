"""Invoices as slices have them written, and as houses and buyers read them. Fits tickets' `Invoicing`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from novacast.database import Database, Page, Transaction, keyset
from novacast.errors import Conflict, Forbidden, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal, new_id
from novacast.payments.invoices import store
from novacast.payments.invoices.models import Document, Kind, Row, Seller

NO_DOCUMENT = text("There is no such invoice.")


class NoSeller(Conflict):
    """The house has not said who it is on invoices."""

    code = "no_seller"


class Bill(Protocol):
    """What is charged, or taken back. `rows`: words, units, gross and rate of each; `year`: of the house's calendar."""

    @property
    def source(self) -> str: ...
    @property
    def org_id(self) -> str: ...
    @property
    def order_id(self) -> str: ...
    @property
    def currency(self) -> str: ...
    @property
    def test(self) -> bool: ...
    @property
    def year(self) -> int: ...
    @property
    def buyer(self) -> tuple[str, ...]: ...
    @property
    def subject(self) -> str: ...
    @property
    def rows(self) -> Sequence[tuple[str, int, int, int]]: ...


class Invoices:
    def __init__(self, db: Database, fonts: Path) -> None:
        self._db, self._fonts = db, fonts

    def charge(self, tx: Transaction, bill: Bill) -> None:
        """Once for its source. Raises NoSeller."""
        if tx.one(store.of_source(Kind.INVOICE, bill.source)) is not None:
            return
        seller = tx.one(store.seller(bill.org_id))
        if seller is None:
            raise NoSeller(text("The house has not said yet who it is on invoices."))
        _write(tx, bill, Kind.INVOICE, seller, None)

    def take_back(self, tx: Transaction, bill: Bill) -> None:
        """Once for its source, of what the order was charged; never more than that."""
        if tx.one(store.of_source(Kind.CREDIT_NOTE, bill.source)) is not None:
            return
        charged = [one for one in tx.all(store.of_order(bill.order_id)) if one.kind is Kind.INVOICE]
        if charged:
            _write(tx, bill, Kind.CREDIT_NOTE, charged[0].seller, charged[0])

    def charged(self, tx: Transaction, order_id: str) -> Sequence[Document]:
        return tx.all(store.of_order(order_id))

    async def file(self, order_id: str, document_id: str) -> tuple[str, bytes]:
        """Name and PDF. Raises NotFound for one of another order."""
        found = await self._db.one(store.document(document_id))
        if found is None or found.order_id != order_id:
            raise NotFound(NO_DOCUMENT)
        return found.name.replace("/", "-"), await self.pdf(found)

    async def of_order(self, order_id: str) -> Sequence[Document]:
        return await self._db.all(store.of_order(order_id))

    async def of_org(self, principal: Principal, org_id: str, cursor: str | None, limit: int) -> Page[Document]:
        """Newest first. Raises NotFound, Forbidden."""
        reads(principal, org_id)
        start = keyset(cursor, int, str) or store.START
        found = await self._db.all(store.of_org(org_id, start, limit + 1))
        return Page.of(found, limit, lambda one: (one.at, one.id))

    async def known(self, principal: Principal, org_id: str, document_id: str) -> Document:
        """Raises NotFound, Forbidden."""
        reads(principal, org_id)
        found = await self._db.one(store.document(document_id))
        if found is None or found.org_id != org_id:
            raise NotFound(NO_DOCUMENT)
        return found

    async def pdf(self, one: Document) -> bytes:
        """In the language that is being spoken."""
        return await asyncio.to_thread(self._written, one)

    def _written(self, one: Document) -> bytes:
        # The library for PDF is loaded by who writes one: see `papers`.
        from novacast.payments.invoices.pdf import written

        return written(one, self._fonts)

    async def seller(self, principal: Principal, org_id: str) -> Seller | None:
        """Raises NotFound, Forbidden."""
        reads(principal, org_id)
        return await self._db.one(store.seller(org_id))

    async def writes(self, org_id: str) -> bool:
        """Whether a house has said who it is, so that there can be invoices of it."""
        return await self._db.one(store.seller(org_id)) is not None

    async def set_seller(self, principal: Principal, org_id: str, seller: Seller) -> Seller:
        """Of what is written from now on. Raises NotFound, Forbidden, InvalidInput."""
        reads(principal, org_id)
        if not principal.allows(Action.ORG_EDIT, org_id):
            raise Forbidden(text("Only owners and managers say who the house is."))
        good = seller.checked()
        await self._db.write(lambda tx: store.set_seller(tx, org_id, good))
        return good


def reads(principal: Principal, org_id: str) -> None:
    """Whoever sees orders sees the books. Raises NotFound to strangers, Forbidden to members."""
    if not principal.allows(Action.ORG_VIEW, org_id):
        raise NotFound(text("There is no such organization, or you are not a member of it."))
    if not principal.allows(Action.ORDER_VIEW, org_id):
        raise Forbidden(text("Your part in this organization shows you no orders."))


def _write(tx: Transaction, bill: Bill, kind: Kind, seller: Seller, corrects: Document | None) -> None:
    rows = [Row(*one) for one in bill.rows if one[2]]
    if not rows:
        return
    made = Document(
        id=new_id(),
        org_id=bill.org_id,
        test=bill.test,
        kind=kind,
        year=bill.year,
        number=(tx.one(store.last(bill.org_id, kind, bill.year, test=bill.test)) or 0) + 1,
        source=bill.source,
        corrects=None if corrects is None else corrects.id,
        corrected="" if corrects is None else corrects.name,
        order_id=bill.order_id,
        currency=bill.currency,
        total=sum(one.gross for one in rows),
        at=tx.now,
        seller=seller,
        buyer=bill.buyer if corrects is None else corrects.buyer,
        subject=bill.subject,
        rows=rows,
    )
    store.add(tx, made)
