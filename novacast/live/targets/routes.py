"""The API of targets."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound
from novacast.live.channels.routes import CHANNEL
from novacast.live.targets.bodies import NewTargetBody, TargetBody, TargetChangesBody, TargetsBody
from novacast.live.targets.service import Targets
from novacast.web import Call, delete, get, patch, post

TARGET = "/api/v1/targets/{target_id}"


class TargetRoutes:
    def __init__(self, targets: Targets) -> None:
        self._targets = targets

    @get(f"{CHANNEL}/targets", tag="live", summary="Where a channel is sent on to", errors=(NotFound, Forbidden))
    async def listed(self, call: Call, channel_id: str) -> TargetsBody:
        """With how it goes, as long as something is on air."""
        return TargetsBody.of(await self._targets.of_channel(call.principal, channel_id), TargetBody.of)

    @post(
        f"{CHANNEL}/targets",
        tag="live",
        status=201,
        summary="Send a channel on to another server",
        errors=(NotFound, Forbidden, InvalidInput, Conflict),
    )
    async def create(self, call: Call, channel_id: str, body: NewTargetBody) -> TargetBody:
        then = call.remember(TargetBody.still)
        return TargetBody.still(await self._targets.create(call.principal, channel_id, body.draft(), then))

    @patch(TARGET, tag="live", summary="Change a target, begin or stop sending", errors=(NotFound, InvalidInput))
    async def edit(self, call: Call, target_id: str, body: TargetChangesBody) -> TargetBody:
        """While something is on air it begins anew. With another address comes its key."""
        return TargetBody.still(await self._targets.edit(call.principal, target_id, body.draft()))

    @delete(TARGET, tag="live", status=204, summary="Remove a target", errors=(NotFound,))
    async def remove(self, call: Call, target_id: str) -> None:
        await self._targets.remove(call.principal, target_id)
