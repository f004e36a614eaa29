"""What is told of notices, and to whom."""

from collections.abc import Sequence

from novacast.topics import Topic, string

TOPICS: Sequence[Topic] = (
    Topic(
        name="notice.told",
        about="You are told of something, on the page.",
        payload={
            "title": string("In your language."),
            "body": string("What stands below it."),
            "path": string("On this site, where it leads."),
        },
        personal=True,
        kept=False,
    ),
)
