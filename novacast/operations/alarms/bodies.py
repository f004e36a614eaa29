"""Shapes of alarms."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from novacast.overview import Alarm
from novacast.web import Body


class AlarmsQuery(Body):
    standing: Annotated[bool, Field(description="Only those that are true now; else the last hundred.")] = True


class AlarmsBody(Body):
    items: Sequence[Alarm]


class AlarmBody(Body):
    alarm: Alarm
