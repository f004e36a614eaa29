"""The studio's page of who watches a video and how it goes for them: numbers, graphs, and tables that say the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from babel.dates import format_time

from novacast.clock import DAY, moment
from novacast.graphs import Graph
from novacast.i18n import gettext as _
from novacast.i18n import ngettext
from novacast.vods.cards import locale
from novacast.vods.health import words
from novacast.vods.health.models import Health
from novacast.vods.health.service import HOURLY, VideoHealth
from novacast.vods.health.words import Figure
from novacast.vods.service import Videos
from novacast.vods.views.models import Counted
from novacast.vods.views.service import Views
from novacast.web import Body, Call, Html, page
from novacast.words import day_and_month

PATH = "/studio/videos/{video_id}/audience"


class AudienceQuery(Body):
    days: Literal["2", "7", "30", "90"] = "30"


class AudiencePages:
    def __init__(self, videos: Videos, views: Views, health: VideoHealth) -> None:
        self._videos = videos
        self._views = views
        self._health = health

    @page(PATH)
    async def show(self, call: Call, video_id: str, query: AudienceQuery) -> Html:
        detail = await self._videos.worked_on(call.principal, video_id)
        days = int(query.days)
        counted = await self._views.of(call.principal, video_id, days)
        health = await self._health.of(call.principal, video_id, days)
        context = {"video": detail.video, "periods": _periods(video_id, days), "figures": figures(counted, health)}
        return Html("vods/audience.html", {**context, "drawn": graphs(counted, health, days), "errors": health.errors})


def figures(counted: Counted, health: Health) -> list[Figure]:
    recent = sum(day.number for day in counted.days)
    return [
        Figure(_("Views"), words.number(recent), _("%(total)s in all") % {"total": words.number(counted.total)}),
        words.startup(health),
        Figure(_("Waiting"), words.share(health.stall_share), _("of the time before the screen")),
        Figure(_("Dropped pictures"), words.share(health.dropped_share)),
    ]


def graphs(counted: Counted, health: Health, days: int) -> Sequence[Graph]:
    time, number = _("Time"), _("Number")
    numbers = {day.day: day.number for day in counted.days}
    viewed = [
        (day_and_month(moment(day * DAY)), numbers.get(day, 0))
        for day in range(counted.last - days + 1, counted.last + 1)
    ]
    spans = [
        (_span(moment(span.start), days), span.stall_share or 0.0, words.share(span.stall_share))
        for span in health.spans
    ]
    return [
        Graph.of(
            "views",
            _("Views per day"),
            (_("Day"), _("Views")),
            [(day, float(one), words.number(one)) for day, one in viewed],
        ),
        Graph.of("startup", _("How long plays took to begin"), (time, number), _histogram(health.startup)),
        Graph.of("waiting", _("Share of the time spent waiting"), (time, _("Share")), spans),
        Graph.of("stalls", _("How long interruptions lasted"), (time, number), _histogram(health.stalls)),
        Graph.of(
            "rungs",
            _("Time watched in each quality"),
            (_("Quality"), time),
            [(f"{height}p", float(played), words.hours(played)) for height, played in health.rungs],
        ),
    ]


def _histogram(buckets: Sequence[tuple[int | None, int]]) -> list[tuple[str, float, str]]:
    longest = buckets[-2][0] or 0
    return [
        (
            f"> {words.seconds(longest)}" if bound is None else f"≤ {words.seconds(bound)}",
            float(count),
            words.number(count),
        )
        for bound, count in buckets
    ]


def _periods(video_id: str, chosen: int) -> list[tuple[str, str, bool]]:
    path = PATH.replace("{video_id}", video_id)
    names = {days: ngettext("%(num)s day", "%(num)s days", days) % {"num": days} for days in (2, 7, 30, 90)}
    return [(f"{path}?days={days}", name, days == chosen) for days, name in names.items()]


def _span(at: datetime, days: int) -> str:
    return f"{day_and_month(at)} {format_time(at, 'short', locale=locale())}" if days <= HOURLY else day_and_month(at)
