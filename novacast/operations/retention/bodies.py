"""Shapes of the report."""

from typing import Annotated

from pydantic import Field

from novacast.operations.retention.service import Due
from novacast.web import Body, ListBody


class DueBody(Body):
    name: Annotated[str, Field(description="Of the setting under `[retention]`, without `_days`.")]
    about: str
    days: Annotated[int, Field(description="0: kept for ever.")]
    due: Annotated[int, Field(description="Rows that the next sweep takes.")]

    @classmethod
    def of(cls, due: Due) -> "DueBody":
        return cls(name=due.rule.name, about=due.rule.about, days=due.rule.days, due=due.rows)


class DuesBody(ListBody[DueBody]):
    pass
