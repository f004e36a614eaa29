"""The API of following."""

from novacast.errors import Conflict, NotFound
from novacast.notifications.follows.bodies import FollowBody, FollowsBody
from novacast.notifications.follows.models import Followed
from novacast.notifications.follows.service import Follows
from novacast.web import Call, delete, get, put

FOLLOWS = "/api/v1/me/follows"
CHANNEL = f"{FOLLOWS}/channels/{{channel_id}}"
ORGANIZATION = f"{FOLLOWS}/organizations/{{org_id}}"


class FollowRoutes:
    def __init__(self, follows: Follows) -> None:
        self._follows = follows

    @get(FOLLOWS, tag="notifications", summary="What I follow")
    async def listed(self, call: Call) -> FollowsBody:
        return FollowsBody.of(await self._follows.listed(call.principal))

    @get(CHANNEL, tag="notifications", summary="Whether I follow a channel", errors=(NotFound,))
    async def channel(self, call: Call, channel_id: str) -> FollowBody:
        return FollowBody(following=(await self._follows.show(call.principal, Followed.CHANNEL, channel_id))[1])

    @put(CHANNEL, tag="notifications", summary="Follow a channel", errors=(NotFound, Conflict))
    async def follow_channel(self, call: Call, channel_id: str) -> FollowBody:
        """By which ways I am told of what goes on there is said in `/api/v1/me/notifications`."""
        await self._follows.follow(call.principal, Followed.CHANNEL, channel_id)
        return FollowBody(following=True)

    @delete(CHANNEL, tag="notifications", status=204, summary="Follow a channel no more")
    async def leave_channel(self, call: Call, channel_id: str) -> None:
        await self._follows.leave(call.principal, Followed.CHANNEL, channel_id)

    @get(ORGANIZATION, tag="notifications", summary="Whether I follow a house", errors=(NotFound,))
    async def house(self, call: Call, org_id: str) -> FollowBody:
        return FollowBody(following=(await self._follows.show(call.principal, Followed.ORGANIZATION, org_id))[1])

    @put(ORGANIZATION, tag="notifications", summary="Follow a house", errors=(NotFound, Conflict))
    async def follow_house(self, call: Call, org_id: str) -> FollowBody:
        """All its channels, and its videos."""
        await self._follows.follow(call.principal, Followed.ORGANIZATION, org_id)
        return FollowBody(following=True)

    @delete(ORGANIZATION, tag="notifications", status=204, summary="Follow a house no more")
    async def leave_house(self, call: Call, org_id: str) -> None:
        await self._follows.leave(call.principal, Followed.ORGANIZATION, org_id)
