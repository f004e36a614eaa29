"""What became of other systems' things, for one record of an import. Fits `importing.Links`."""

from novacast.database import Transaction
from novacast.operations.imports import store
from novacast.operations.imports.models import Import


class KeptLinks:
    def __init__(self, one: Import, row: int) -> None:
        self._import, self._row = one, row
        self.again = False
        """Whether this very row made what was found, and was cut off before that was counted."""

    def find(self, tx: Transaction, kind: str, key: str) -> str | None:
        """What the mapping names, else what came over before."""
        one = self._import
        if (named := one.mapping.links.get(f"{kind}s", {}).get(key)) is not None:
            return named
        found = tx.one(store.link(one.org_id, one.source, kind, key))
        if found is None:
            return None
        self.again = self.again or found[1:] == (one.id, self._row)
        return found[0]

    def keep(self, tx: Transaction, kind: str, key: str, id_: str, *, made: bool = True) -> None:
        store.keep_link(tx, self._import, self._row, kind, key, id_, made=made)
