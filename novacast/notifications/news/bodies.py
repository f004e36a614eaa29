"""Shapes of notices."""

from typing import Annotated, Self

from pydantic import Field

from novacast.clock import iso
from novacast.notifications.kinds import Kind
from novacast.notifications.news.models import Notice, words
from novacast.web import Body, PageBody


class NoticeBody(Body):
    id: str
    kind: Kind
    title: str
    body: str
    path: Annotated[str, Field(description="On this site, where it leads.")]
    at: str
    read_at: str | None

    @classmethod
    def of(cls, one: Notice) -> Self:
        title, body = words(one.kind, one.news)
        return cls(
            id=one.id,
            kind=one.kind,
            title=title,
            body=body,
            path=one.news.path,
            at=iso(one.at),
            read_at=iso(one.read_at),
        )


class NoticesBody(PageBody[NoticeBody]):
    pass


class UnreadBody(Body):
    count: Annotated[int, Field(description="Up to a hundred.")]
