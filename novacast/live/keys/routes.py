"""The API of stream keys."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.live.channels.routes import CHANNEL
from novacast.live.channels.service import Channels
from novacast.live.keys.bodies import EncoderBody, FreshKeyBody, KeyBody, KeysBody, NewKeyBody
from novacast.live.keys.obs import Ingest, encoder_setup
from novacast.live.keys.service import Keys
from novacast.web import Call, ListQuery, delete, get, post


class KeyRoutes:
    def __init__(self, keys: Keys, channels: Channels, ingest: Ingest) -> None:
        self._keys = keys
        self._channels = channels
        self._ingest = ingest

    @get(f"{CHANNEL}/keys", tag="live", summary="Stream keys of a channel", errors=(NotFound, Forbidden, InvalidInput))
    async def listed(self, call: Call, channel_id: str, query: ListQuery) -> KeysBody:
        """One's own; everybody's for those who manage the channel."""
        page = await self._keys.of_channel(call.principal, channel_id, query.cursor, query.limit)
        return KeysBody.of(page, KeyBody.of)

    @post(
        f"{CHANNEL}/keys",
        tag="live",
        status=201,
        idempotent=False,
        summary="Make a stream key",
        errors=(NotFound, Forbidden, InvalidInput, Conflict),
    )
    async def create(self, call: Call, channel_id: str, body: NewKeyBody) -> FreshKeyBody:
        """The secret is in this answer and nowhere else."""
        until = body.until(self._keys.now())
        fresh = await self._keys.create(call.principal, channel_id, body.name, body.role, until)
        return FreshKeyBody.fresh(fresh, self._ingest)

    @delete(
        "/api/v1/keys/{key_id}",
        tag="live",
        status=204,
        summary="Revoke a stream key",
        errors=(NotFound,),
    )
    async def revoke(self, call: Call, key_id: str) -> None:
        """At once: an encoder that uses it is hung up on."""
        await self._keys.revoke(call.principal, key_id)

    @get(f"{CHANNEL}/obs", tag="live", summary="How to set up an encoder", errors=(NotFound, Forbidden))
    async def obs(self, call: Call, channel_id: str) -> EncoderBody:
        detail = await self._channels.produced(call.principal, channel_id)
        return EncoderBody.of(encoder_setup(self._ingest, detail.channel))
