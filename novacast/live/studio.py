"""What the studio page of a channel shows, gathered."""

import json
from typing import Any

from novacast.database import Database
from novacast.identity import Principal
from novacast.live.channels.service import Channels, Detail
from novacast.live.keys.obs import Ingest, encoder_setup
from novacast.live.keys.service import Fresh, Keys
from novacast.live.models import Channel
from novacast.live.ports import People
from novacast.live.programmes.service import Programmes
from novacast.live.store import Entry
from novacast.live.targets.service import Targets
from novacast.live.words import hour, key_line, line, role_choices, target_line
from novacast.words import visibility_name

KEYS, PROGRAMMES, LOGGED = 100, 24, 20


class ChannelStudio:
    def __init__(
        self,
        db: Database,
        channels: Channels,
        programmes: Programmes,
        keys: Keys,
        targets: Targets,
        people: People,
        ingest: Ingest,
    ) -> None:
        self._db = db
        self._channels = channels
        self._programmes = programmes
        self._keys = keys
        self._targets = targets
        self._people = people
        self._ingest = ingest

    async def context(self, principal: Principal, detail: Detail, fresh: Fresh | None = None) -> dict[str, Any]:
        """`fresh`: a key made just now, shown this once."""
        channel = detail.channel
        keys = (await self._keys.of_channel(principal, channel.id, None, KEYS)).items
        entries = await self._logged(principal, detail)
        persons = {one.person_id for one in keys} | {one.person_id for one in entries}
        names = await self._people.names(sorted(one for one in persons if one))
        listed = await self._programmes.of_channel(principal, channel.id, limit=PROGRAMMES)
        targets = await self._targets.of_channel(principal, channel.id)
        now = self._db.clock.now()
        return {
            "channel": channel,
            "visibility": visibility_name(channel.visibility),
            "manages": detail.manages,
            "keys": [key_line(one, names, now) for one in keys],
            "targets": [target_line(one) for one in targets],
            "programmes": [line(one, None) for one in listed.items],
            "log": [(hour(one.at), one.action, names.get(one.person_id or "", ""), one.detail) for one in entries],
            "roles": role_choices(),
            **self._encoder(channel, fresh),
        }

    async def _logged(self, principal: Principal, detail: Detail) -> list[Entry]:
        """For those who manage the channel."""
        if not detail.manages:
            return []
        return list((await self._channels.log(principal, detail.channel.id, None, LOGGED)).items)

    def _encoder(self, channel: Channel, fresh: Fresh | None) -> dict[str, Any]:
        setup = encoder_setup(self._ingest, channel, None if fresh is None else fresh.secret)
        return {
            "encoder": setup,
            "ingest": self._ingest,
            "fresh": fresh,
            "service": json.dumps(setup.service, indent=2) if fresh is not None else "",
        }
