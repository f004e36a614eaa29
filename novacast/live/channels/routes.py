"""The API of channels."""

from novacast.errors import Conflict, Forbidden, InvalidInput, NotFound, Unauthenticated
from novacast.live.channels.bodies import (
    ChannelBody,
    ChannelChangesBody,
    ChannelsBody,
    EntryBody,
    LogBody,
    NewChannelBody,
)
from novacast.live.channels.service import Channels
from novacast.live.models import may_produce
from novacast.web import Call, ListQuery, delete, get, patch, post

OF_ORG = "/api/v1/organizations/{org_id}/channels"
CHANNEL = "/api/v1/channels/{channel_id}"


class ChannelRoutes:
    def __init__(self, channels: Channels) -> None:
        self._channels = channels

    @get(OF_ORG, tag="live", summary="Channels of an organization", errors=(InvalidInput, NotFound))
    async def of_org(self, call: Call, org_id: str, query: ListQuery) -> ChannelsBody:
        page = await self._channels.of_org(call.principal, org_id, query.cursor, query.limit)
        produces = may_produce(call.principal, org_id)
        return ChannelsBody.of(page, lambda channel: ChannelBody.shown(channel, produces=produces))

    @post(
        OF_ORG,
        tag="live",
        status=201,
        summary="Make a channel",
        errors=(InvalidInput, NotFound, Forbidden, Conflict),
    )
    async def create(self, call: Call, org_id: str, body: NewChannelBody) -> ChannelBody:
        then = call.remember(ChannelBody.of)
        return ChannelBody.of(await self._channels.create(call.principal, org_id, body.setup(), then))

    @get(CHANNEL, tag="live", public=True, summary="A channel", errors=(NotFound, Unauthenticated))
    async def show(self, call: Call, channel_id: str) -> ChannelBody:
        return ChannelBody.detailed(await self._channels.show(call.principal, channel_id))

    @patch(CHANNEL, tag="live", summary="Set up a channel", errors=(NotFound, Forbidden, InvalidInput))
    async def edit(self, call: Call, channel_id: str, body: ChannelChangesBody) -> ChannelBody:
        """What is on air keeps to what it began with."""
        return ChannelBody.of(await self._channels.edit(call.principal, channel_id, body.setup()))

    @delete(
        CHANNEL,
        tag="live",
        status=204,
        summary="Remove a channel with its programmes and keys; recordings stay",
        errors=(NotFound, Forbidden, Conflict),
    )
    async def remove(self, call: Call, channel_id: str) -> None:
        await self._channels.delete(call.principal, channel_id)

    @get(
        f"{CHANNEL}/log",
        tag="live",
        summary="What was done on a channel, and by whom",
        errors=(NotFound, Forbidden, InvalidInput),
    )
    async def log(self, call: Call, channel_id: str, query: ListQuery) -> LogBody:
        page = await self._channels.log(call.principal, channel_id, query.cursor, query.limit)
        return LogBody.of(page, EntryBody.of)
