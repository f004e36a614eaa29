"""What a video's own page in the studio says of its audience: a few numbers and one small graph of the last weeks."""

from collections.abc import Sequence

from novacast.clock import DAY, moment
from novacast.graphs import Graph
from novacast.i18n import gettext as _
from novacast.records import dataclass
from novacast.vods.health import words
from novacast.vods.health.models import Health, Kind
from novacast.vods.health.service import VideoHealth
from novacast.vods.health.words import Figure
from novacast.vods.views.models import Counted
from novacast.vods.views.service import Views
from novacast.words import day_and_month

DAYS = 28
LITTLE = 0.005
"""Of the time watched: a quality with less is not named."""


@dataclass(frozen=True, slots=True)
class Summary:
    figures: Sequence[Figure]
    views: Graph
    """Per day."""
    busiest: str
    """The graph in words; empty where there is nothing to see."""

    @property
    def empty(self) -> bool:
        return not self.figures


class Audience:
    def __init__(self, views: Views, health: VideoHealth) -> None:
        self._views = views
        self._health = health

    async def summary(self, video_id: str) -> Summary:
        """For a caller who was let in already. One query for the views, one for what players told."""
        return summed(await self._views.lately(video_id, DAYS), await self._health.sums(video_id, DAYS))


def summed(counted: Counted, health: Health) -> Summary:
    numbers = {day.day: day.number for day in counted.days}
    days = [(day, numbers.get(day, 0)) for day in range(counted.last - DAYS + 1, counted.last + 1)]
    rows = [(day_and_month(moment(day * DAY)), float(views), words.number(views)) for day, views in days]
    graph = Graph.of("lately", _("Views per day"), (_("Day"), _("Views")), rows)
    if graph.empty and not health.sums:
        return Summary((), graph, "")
    label, _views, most = max(rows, key=lambda row: row[1])
    busiest = "" if graph.empty else _("At most %(views)s on a day, on %(day)s.") % {"views": most, "day": label}
    return Summary(_figures(sum(numbers.values()), health), graph, busiest)


def _figures(views: int, health: Health) -> Sequence[Figure]:
    watched = health.sums.get(Kind.RUNG, 0)
    stalls = sum(number for _bound, number in health.stalls)
    rate = words.number(stalls * 3_600_000 / watched) if watched else words.NONE
    return (
        Figure(_("Views"), words.number(views)),
        Figure(_("Interruptions"), rate, _("per hour watched")),
        words.startup(health),
        Figure(_("Qualities"), _most_watched(health, watched), _others(health, watched)),
    )


def _shares(health: Health, watched: int) -> list[str]:
    """Most watched first."""
    rungs = sorted(health.rungs, key=lambda rung: -rung[1])
    told = [(height, time / watched) for height, time in rungs if time > LITTLE * watched]
    return [f"{height}p {words.share(round(share, 2))}" for height, share in told]


def _most_watched(health: Health, watched: int) -> str:
    return _shares(health, watched)[0] if watched else words.NONE


def _others(health: Health, watched: int) -> str:
    return ", ".join(_shares(health, watched)[1:]) if watched else ""
