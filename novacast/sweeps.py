"""Work that the server comes back to by itself: what a crash or a lost wake-up left undone, and what is old."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from novacast import outbox
from novacast.clock import DAY, MINUTE
from novacast.errors import NovaCastError
from novacast.operations.alarms.service import EVERY_SECONDS as ALARMS_SECONDS
from novacast.operations.tls import Https
from novacast.operations.tls_renewal import EVERY_SECONDS, Renewal
from novacast.records import dataclass
from novacast.wiring import Services

log = logging.getLogger(__name__)

FACTS_KEPT = 7 * DAY
MENTIONS_KEPT = MINUTE


@dataclass(frozen=True, slots=True)
class Sweep:
    """Work that makes good what a crash or a lost wake-up left undone. `every` in seconds."""

    name: str
    every: float
    run: Callable[[], Awaitable[object]]

    async def forever(self) -> None:
        while True:
            try:
                await self.run()
            except NovaCastError as error:
                log.warning("the sweep of %s was put off: %s", self.name, error)
            except Exception:
                log.exception("the sweep of %s failed; it is tried again", self.name)
            await asyncio.sleep(self.every)


def sweeps(own: Services) -> Sequence[Sweep]:
    async def prune() -> None:
        before = own.clock.now() - FACTS_KEPT
        await own.db.write(lambda tx: outbox.prune(tx, before))

    async def prune_mentions() -> None:
        before = own.clock.now() - MENTIONS_KEPT
        await own.db.write(lambda tx: outbox.prune_mentions(tx, before))

    async def follow_keys() -> None:
        own.key.refresh()

    return (
        Sweep("keys", 10, follow_keys),
        Sweep("memberships", 60, own.memberships.sweep),
        Sweep("mails about memberships", 3600, own.membership_post.sweep),
        Sweep("transcodes", 10, own.vods.transcoding.sweep),
        Sweep("removals", 60, own.vods.removal.sweep),
        Sweep("tests of channels", 5, own.live.preflight.sweep),
        Sweep("live pictures", 3600, own.live.pictures.sweep),
        Sweep("pictures", 60, own.vods.picture_work.sweep),
        Sweep("downloads", 300, own.vods.download_work.sweep),
        Sweep("replacements", 60, own.vods.replacement_work.sweep),
        Sweep("recordings", 60, own.vods.recordings.sweep),
        Sweep("better rungs", 300, own.vods.improving.sweep),
        Sweep("programmes", 60, own.live.recordings.sweep),
        Sweep("captions", 60, own.vods.captions.sweep),
        Sweep("retention", 600, own.vods.retention.sweep),
        Sweep("weights", 600, own.vods.weights.sweep),
        Sweep("uploads", 300, own.vods.uploads.sweep),
        Sweep("views", 600, own.views.sweep),
        Sweep("health", 3600, own.health.sweep),
        Sweep("reminders", 20, own.live.reminders.sweep),
        Sweep("posters", 3600, own.tickets.posters.sweep),
        Sweep("holds", 2, own.tickets.holds.sweep),
        Sweep("carts", 3600, own.tickets.carts.sweep),
        Sweep("mails about orders", 3600, own.order_post.sweep),
        Sweep("waiting lists", 2, own.waiting_post.sweep),
        Sweep("reopening the box office", 2, own.tickets.reopening.sweep),
        Sweep("payments", 10, own.tickets.closing.sweep),
        Sweep("events of payments", 30, own.payments.inbox.sweep),
        Sweep("payouts", 3600, own.payments.payouts.sweep),
        Sweep("old events of payments", 3600, own.payments.inbox.prune),
        Sweep("payments that came too late", 10, own.tickets.late.sweep),
        Sweep("rentals that run out", 2, own.rentals.rights.sweep),
        Sweep("refunds", 10, own.tickets.refunds.sweep),
        Sweep("refunds of cancelled performances", 10, own.tickets.bulk.sweep),
        Sweep("the ledger", 300, own.tickets.accounting.sweep),
        Sweep("who watched by tickets", 600, own.tickets.disputes.sweep),
        Sweep("who watched by memberships", 600, own.memberships.evidence.sweep),
        Sweep("mails", 60, own.notifications.delivery.sweep),
        Sweep("mails that can wait", 60, own.notifications.post.sweep),
        Sweep("news", 60, own.news.hearing.sweep),
        Sweep("pushes", 30, own.news.pusher.sweep),
        Sweep("webhooks", 60, own.webhooks.dispatcher.sweep),
        Sweep("rooms", 3600, own.chat.endings.sweep),
        Sweep("emotes", 3600, own.chat.emotes.sweep),
        Sweep("marks of banned people", 600, own.chat.moderation.sweep),
        Sweep("accounts", 3600, own.accounts.sweep.run),
        Sweep("what was kept for long enough", 3600, own.operations.retention.sweep),
        Sweep("imports", 20, own.operations.imports.sweep),
        Sweep("undone imports", 20, own.operations.undoing.sweep),
        Sweep("alarms", ALARMS_SECONDS, own.operations.alarms.sweep),
        Sweep("alarms told outside", ALARMS_SECONDS, own.operations.alarms.call),
        Sweep("facts", 3600, prune),
        Sweep("mentions", 60, prune_mentions),
        Sweep("certificate", EVERY_SECONDS, Renewal(Https(own.settings, own.folder, own.clock), own.clock).sweep),
    )
