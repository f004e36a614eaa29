"""Invoices of memberships, for those who pay them: one for each payment, and credit notes of what was given back."""

from collections.abc import Sequence

from novacast.database import Database, Then, Transaction
from novacast.errors import Conflict, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.payments.invoices.models import Document
from novacast.payments.invoices.service import Invoices
from novacast.payments.memberships import store
from novacast.payments.memberships.booking import Booking
from novacast.payments.memberships.models import Charge, ChargeState, Subscription
from novacast.payments.memberships.refunds import store as refunds

_NONE = text("There is no such payment, or it is not for you.")


class Papers:
    def __init__(self, db: Database, invoices: Invoices, booking: Booking) -> None:
        self._db, self._invoices, self._booking = db, invoices, booking

    async def of_charge(self, principal: Principal, charge_id: str) -> Sequence[Document]:
        """Raises NotFound."""
        charge, _ = await self._known(principal, charge_id)
        return await self._invoices.of_order(charge.books)

    async def written(self, charge: Charge) -> Sequence[Document]:
        """For whoever was shown the charge."""
        return await self._invoices.of_order(charge.books)

    async def writes(self, org_id: str) -> bool:
        return await self._invoices.writes(org_id)

    async def ask(
        self, principal: Principal, charge_id: str, then: Then[Sequence[Document]] | None = None
    ) -> Sequence[Document]:
        """Written when it was paid, or now, if the house had no seller then, with credit notes of what was given back
        before. Raises NotFound, Conflict, NoSeller."""
        charge, one = await self._known(principal, charge_id)
        if charge.state is not ChargeState.PAID or charge.since is None or charge.late:
            raise Conflict(text("Nothing was paid for this, so there is no invoice."))
        await self._booking.prepare(one.org_id)

        def unit(tx: Transaction) -> Sequence[Document]:
            self._booking.invoice(tx, one, charge, wanted=True)
            for each in tx.all(refunds.of_charge(charge.id)):
                if each.owes:
                    self._booking.take_back(tx, one, charge, each.id, each.owes)
            found = self._invoices.charged(tx, charge.books)
            if then is not None:
                then(tx, found)
            return found

        return await self._db.write(unit)

    async def file(self, principal: Principal, charge_id: str, document_id: str) -> tuple[str, bytes]:
        """Name and PDF. Raises NotFound."""
        charge, _ = await self._known(principal, charge_id)
        return await self._invoices.file(charge.books, document_id)

    async def _known(self, principal: Principal, charge_id: str) -> tuple[Charge, Subscription]:
        """One's own, or of an organization whose orders one sees. Raises NotFound."""
        charge = await self._db.one(store.charge(charge_id))
        if charge is None:
            raise NotFound(_NONE)
        one = await self._db.one(store.subscription(charge.subscription_id))
        assert one is not None, "a charge has a subscription"
        own = principal.person_id is not None and one.person_id == principal.person_id
        if not own and not principal.allows(Action.ORDER_VIEW, one.org_id):
            raise NotFound(_NONE)
        return charge, one
