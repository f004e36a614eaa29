"""The admin API of broadcasts. To put on standby, cut, end, and to steer targets and keys one by one there are the
routes that producers have."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.live.keys.bodies import FreshKeyBody
from novacast.live.keys.obs import Ingest
from novacast.live.overview.bodies import DroppedBody, StreamBody, StreamsBody, StreamsQuery
from novacast.live.overview.service import LiveOverview
from novacast.web import Call, get, post


class StreamRoutes:
    def __init__(self, overview: LiveOverview, ingest: Ingest) -> None:
        self._overview, self._ingest = overview, ingest

    @get(
        "/api/v1/admin/streams",
        tag="admin",
        scope="admin",
        summary="Channels of all organizations, newest first",
        errors=(Forbidden, InvalidInput),
    )
    async def streams(self, call: Call, query: StreamsQuery) -> StreamsBody:
        page = await self._overview.streams(call.principal, query.q, query.cursor, query.limit)
        return StreamsBody.of(page, StreamBody.of)

    @post(
        "/api/v1/admin/keys/{key_id}/rotate",
        tag="admin",
        scope="admin",
        status=201,
        idempotent=False,
        summary="Another stream key in place of one",
        errors=(Forbidden, NotFound, Conflict),
    )
    async def rotate(self, call: Call, key_id: str) -> FreshKeyBody:
        """Of the same person, name and role. The old one is of no use from now on, and an encoder that sends with it is
        hung up on. The secret is in this answer and nowhere else."""
        return FreshKeyBody.fresh(await self._overview.rotate(call.principal, key_id), self._ingest)

    @post(
        "/api/v1/admin/programmes/{programme_id}/drop-rung",
        tag="admin",
        scope="admin",
        idempotent=False,
        summary="Make a programme's top rung no longer",
        errors=(Forbidden, NotFound, Conflict),
    )
    async def drop_rung(self, call: Call, programme_id: str) -> DroppedBody:
        """Until it ends, or for the encoder's next life: what relieves this machine at once. Its viewers go on with the
        rung below."""
        return DroppedBody(rung=self._overview.drop_rung(call.principal, programme_id))
