"""All facts that can be told, and who may look at what they are of."""

from collections.abc import Sequence

from novacast.accounts import topics as accounts_topics
from novacast.live import topics as live_topics
from novacast.notifications.news import topics as news_topics
from novacast.notifications.webhooks import topics as webhooks_topics
from novacast.payments.incidents import topics as incidents_topics
from novacast.payments.inquiries import topics as inquiries_topics
from novacast.payments.memberships import topics as memberships_topics
from novacast.payments.payouts import topics as payouts_topics
from novacast.tickets import topics as tickets_topics
from novacast.tickets.door import topics as door_topics
from novacast.tickets.rentals import topics as rentals_topics
from novacast.tickets.tips import topics as tips_topics
from novacast.topics import Topic, Topics
from novacast.vods import topics as vods_topics
from novacast.wiring import Services

TOPICS: Sequence[Topic] = (
    *accounts_topics.TOPICS,
    *vods_topics.TOPICS,
    *live_topics.TOPICS,
    *tickets_topics.TOPICS,
    *tickets_topics.FOLLOWED,
    *door_topics.TOPICS,
    *webhooks_topics.TOPICS,
    *news_topics.TOPICS,
    *memberships_topics.TOPICS,
    *payouts_topics.TOPICS,
    *incidents_topics.TOPICS,
    *inquiries_topics.TOPICS,
    *rentals_topics.TOPICS,
    *tips_topics.TOPICS,
)
"""All that can be told, of which `topics` knows to whom."""


def topics(own: Services) -> Topics:
    """What the stream of facts tells, each slice's with its own rule of who may look at a thing."""
    made = Topics()
    made.declare(accounts_topics.TOPICS)
    made.declare(vods_topics.TOPICS, own.passes.looks(own.vods.videos.may_look))
    made.declare(live_topics.TOPICS, own.passes.looks(own.live.programmes.may_look))
    made.declare(tickets_topics.TOPICS, own.tickets.halls.may_look)
    made.declare(tickets_topics.FOLLOWED, own.tickets.orders.may_look)
    made.declare(door_topics.TOPICS, own.tickets.door.devices.may_look)
    made.declare(webhooks_topics.TOPICS)
    made.declare(news_topics.TOPICS)
    made.declare(memberships_topics.TOPICS)
    made.declare(payouts_topics.TOPICS)
    made.declare(incidents_topics.TOPICS)
    made.declare(inquiries_topics.TOPICS)
    made.declare(rentals_topics.TOPICS)
    made.declare(tips_topics.TOPICS)
    return made
