"""The keys that sign tickets, one of each organization at a time, sealed at rest."""

import secrets

from novacast.database import Database, Then, Transaction
from novacast.identity import Principal
from novacast.security.seal import Seal
from novacast.security.signing import SigningKey, new_signing_key
from novacast.tickets import store as books
from novacast.tickets.admission import store
from novacast.tickets.events.permission import arranges

PURPOSE = "ticket keys"


class Keyring:
    def __init__(self, db: Database, seal: Seal) -> None:
        self._db, self._seal = db, seal
        self._opened: dict[int, SigningKey] = {}

    async def signing(self, org_id: str) -> tuple[int, SigningKey]:
        """The key that signs now, made at its first use."""
        found = await self._db.one(store.signing_key(org_id))
        if found is None:
            found = await self._db.write(lambda tx: self._made(tx, org_id))
        key_id, sealed = found
        if key_id not in self._opened:
            self._opened[key_id] = SigningKey(self._seal.open(sealed, _owner(key_id, org_id)))
        return key_id, self._opened[key_id]

    async def publics(self, org_id: str) -> dict[int, bytes]:
        """Public halves of the keys that are good."""
        return dict(await self._db.all(store.public_keys(org_id)))

    async def replace(
        self, principal: Principal, org_id: str, then: Then[tuple[int, bytes]] | None = None
    ) -> tuple[int, bytes]:
        """Every ticket shown so far has to be shown anew: what the old key signed is good no more. The new key's id and
        public half."""
        arranges(principal, org_id)

        def unit(tx: Transaction) -> tuple[int, bytes]:
            store.retire_keys(tx, org_id)
            key_id, _ = self._made(tx, org_id)
            made = key_id, dict(tx.all(store.public_keys(org_id)))[key_id]
            books.log(tx, "key.replaced", org_id, str(key_id), person_id=principal.person_id)
            if then is not None:
                then(tx, made)
            return made

        return await self._db.write(unit)

    def _made(self, tx: Transaction, org_id: str) -> tuple[int, bytes]:
        if (found := tx.one(store.signing_key(org_id))) is not None:
            return found
        key_id, (secret, public) = secrets.randbelow(2**32 - 1) + 1, new_signing_key()
        sealed = self._seal.close(secret, _owner(key_id, org_id))
        store.add_key(tx, key_id, org_id, public, sealed)
        return key_id, sealed


def _owner(key_id: int, org_id: str) -> str:
    return f"{org_id}:{key_id}"
