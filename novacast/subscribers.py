"""Who hears of the facts that the server tells, before any is told."""

from novacast.wiring import Services


def subscribe(own: Services) -> None:
    """Durable ones miss nothing while the server stands still, and may hear a fact twice."""
    own.playback.subscribe(own.outbox)
    own.chat.subscribe(own.outbox)
    own.outbox.subscribe("vods", own.vods.endings.hear, durable=True)
    own.outbox.subscribe("live", own.live.endings.hear, durable=True)
    own.outbox.subscribe("preflight", own.live.preflight.hear, durable=True)
    own.outbox.subscribe("tickets", own.tickets.events.hear, durable=True)
    own.outbox.subscribe("mails about orders", own.order_post.hear, durable=True)
    own.outbox.subscribe("mails about memberships", own.membership_post.hear, durable=True)
    own.outbox.subscribe("rentals", own.rentals.withdrawing.hear, durable=True)
    own.outbox.subscribe("memberships of purchases", own.purchases.hear, durable=True)
    own.outbox.subscribe("tips", own.tips.hear, durable=True)
    own.outbox.subscribe("credit notes", own.tickets.billing.hear, durable=True)
    own.outbox.subscribe("incidents", own.payments.incidents.hear, durable=True)
    own.outbox.subscribe("marquee", own.tickets.marquee.hear)
    own.outbox.subscribe("memberships", own.memberships.endings.hear, durable=True)
    own.outbox.subscribe("memberships on offer", own.memberships.houses.hear)
    own.outbox.subscribe("devices", own.tickets.door.devices.hear, durable=True)
    own.outbox.subscribe("news", own.news.hearing.hear, durable=True)
    own.outbox.subscribe("mentions", own.news.mentions.hear, durable=True)
    own.outbox.subscribe("browsers", own.news.browsers.hear, durable=True)
    own.outbox.subscribe("pictures", own.vods.pictures.hear, durable=True)
