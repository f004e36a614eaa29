"""A search over all types of resources (RFC 7644, section 3.4.3): users, then groups, as one list."""

from collections.abc import Sequence

from novacast.accounts.scim.groups import ProvisionedGroups
from novacast.accounts.scim.models import Document, Order
from novacast.accounts.scim.users import ProvisionedUsers
from novacast.errors import InvalidInput
from novacast.identity import Principal


class Search:
    def __init__(self, users: ProvisionedUsers, groups: ProvisionedGroups) -> None:
        self._each = (users, groups)

    async def listed(
        self, principal: Principal, written: str, start: int, count: int, order: Order | None = None
    ) -> tuple[int, Sequence[Document]]:
        """As of one type, each sorted for itself; of one that has not what is asked for nothing is found. Raises
        Forbidden, InvalidInput where none has."""
        total, found, refusals = 0, list[Document](), list[InvalidInput]()
        for resources in self._each:
            try:
                behind = max(1, start - total)
                of_it, some = await resources.listed(principal, written, behind, count - len(found), order)
            except InvalidInput as error:
                refusals.append(error)
                continue
            total += of_it
            found += some
        if len(refusals) == len(self._each):
            raise refusals[0]
        return total, found
