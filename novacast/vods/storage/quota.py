"""How much room organizations have and may have."""

from collections.abc import Callable

from novacast.database import Database, Transaction
from novacast.errors import Forbidden, InvalidInput, NotFound
from novacast.i18n import text
from novacast.identity import Action, Principal
from novacast.vods.storage import store
from novacast.vods.storage.models import QuotaReached, Usage, room

MOST = 2**60


class Quotas:
    """Fits what uploads, imports and transcodes ask: `check`."""

    def __init__(self, db: Database, default: int) -> None:
        """`default`: bytes that an organization without a quota of its own may have; 0: no bound."""
        self._db = db
        self._default = default or None

    async def usage(self, principal: Principal, org_id: str) -> Usage:
        """For those who bring videos there, and operators. Raises NotFound for strangers."""
        if not principal.allows(Action.ORG_VIEW, org_id):
            raise NotFound(text("There is no such organization, or you are not a member of it."))
        return await self._usage(org_id)

    async def check(self, org_id: str, size: int) -> None:
        """Raises QuotaReached where so many bytes more are too many."""
        fits(await self._usage(org_id), size)

    async def set(self, principal: Principal, org_id: str, size: int | None) -> Usage:
        """None: no bound. Only for operators: what an organization may have is not its own to say."""

        def unit(tx: Transaction) -> None:
            store.set_quota(tx, org_id, size)

        if size is not None and not 0 <= size <= MOST:
            raise InvalidInput.field("bytes", text("A quota lies between 0 and {most} bytes.", most=MOST))
        return await self._changed(principal, org_id, unit)

    async def unset(self, principal: Principal, org_id: str) -> Usage:
        """The setting counts again."""
        return await self._changed(principal, org_id, lambda tx: store.unset_quota(tx, org_id))

    async def _changed(self, principal: Principal, org_id: str, unit: Callable[[Transaction], None]) -> Usage:
        if not principal.system:
            raise Forbidden(text("Only those who run this server say how much room an organization has."))
        await self._db.write(unit)
        return await self._usage(org_id)

    async def _usage(self, org_id: str) -> Usage:
        usage = await self._db.one(store.usage(org_id, self._default))
        assert usage is not None
        return usage


def fits(usage: Usage, size: int) -> None:
    if usage.free is not None and size > usage.free:
        raise QuotaReached(
            text(
                "Your organization may have {quota} here and has {used}; {size} more do not fit. "
                "Delete videos, or ask whoever runs this server for more.",
                quota=room(usage.quota or 0),
                used=room(usage.used),
                size=room(size),
            )
        )
