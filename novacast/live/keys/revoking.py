"""The end of stream keys, whatever brings it: within a transaction, told to the engine, written down."""

from novacast import outbox
from novacast.database import Transaction
from novacast.live import store as live
from novacast.live.channels import store as channels
from novacast.live.keys import store
from novacast.live.models import StreamKey


def revoke(tx: Transaction, key: StreamKey, by: str | None) -> bool:
    """Whether it was not revoked before. `by`: who did it; None: the house. The engine hangs up on its encoder."""
    if not store.revoke(tx, key.id):
        return False
    if (found := tx.one(channels.by_id(key.channel_id))) is not None:
        live.log(tx, "key.revoked", found, person_id=by, key_id=key.id, detail=key.name)
    outbox.emit(tx, "key.revoked", key.id, outbox.org(key.org_id), channel=key.channel_id)
    return True


def revoke_all(tx: Transaction, channel_id: str) -> None:
    for key in tx.all(store.open_of_channel(channel_id)):
        revoke(tx, key, None)


def revoke_of(tx: Transaction, person_id: str, org_id: str | None = None) -> None:
    """Those of a person, in one organization or in all."""
    for key in tx.all(store.of_person(person_id, org_id)):
        revoke(tx, key, None)
