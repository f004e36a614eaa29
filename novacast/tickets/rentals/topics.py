"""What is told of videos that are sold. That one was bought is told as its order."""

from collections.abc import Sequence

from novacast.identity import Action
from novacast.topics import Topic, integer, string

TOPICS: Sequence[Topic] = (
    Topic(
        name="rental.began",
        about="Somebody plays a video for the first time that they rented; its hours run.",
        payload={"order": string("Id of the order.")},
        action=Action.ORDER_VIEW,
    ),
    Topic(name="rental.ended", about="The hours of somebody's rental of a video are over.", action=Action.ORDER_VIEW),
    Topic(
        name="video.withdrawn",
        about="A video that was sold is deleted: rentals that have not run out are paid back.",
        payload={"orders": integer("How many orders of it were paid, the refunded ones among them.")},
        action=Action.ORDER_VIEW,
    ),
)
