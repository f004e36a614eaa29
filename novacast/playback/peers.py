"""Viewers who are sent to, by a connection of their own, instead of fetching. Their sessions are as all others: they
count as devices and as viewers, and end with the permission. Fits live's port `WhepAudience`."""

from novacast.identity import Principal
from novacast.playback.audience import Audience
from novacast.playback.models import device_name
from novacast.playback.permission import Permission
from novacast.playback.service import Playback


class Peers:
    def __init__(self, playback: Playback, audience: Audience, permission: Permission) -> None:
        self._playback, self._audience, self._permission = playback, audience, permission

    async def begin(
        self, principal: Principal, media_id: str, *, address: str, software: str, take_over: bool = False
    ) -> str:
        """The token of a new session. Raises as `Playback.stream` does."""
        opened = await self._playback.begin(
            principal, media_id, address=address, device=device_name(software), take_over=take_over
        )
        return opened.token

    async def hold(self, token: str, media_id: str, track: str) -> int:
        """A sign of life of a session, which takes `track` now. The instant when its permission was asked last.

        Raises NotFound, or Gone once it is over; and what kept the permission from being asked.
        """
        seat = self._audience.seated(token, media_id) or await self._audience.admit(token, media_id)
        seat.count(f"{track}/")
        return seat.asked_at

    async def principal(self, token: str) -> Principal | None:
        """Who holds the session, with the roles of now; None: logged out, or the session is over."""
        viewer = await self._playback.viewer(token)
        return None if viewer is None else await self._permission.principal(viewer)

    async def leave(self, token: str) -> None:
        """Its viewer went. Repeatable."""
        await self._playback.leave(token)
        self._audience.forget(token)
