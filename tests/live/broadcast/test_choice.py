import pytest

from novacast.live.broadcast.choice import SETTLED, choose
from novacast.live.models import FeedRole, Wanted

MAIN, BACKUP = FeedRole.MAIN, FeedRole.BACKUP
LONG = SETTLED + 1


@pytest.mark.parametrize(
    ("wanted", "well", "on", "main_for", "chosen"),
    [
        (Wanted.AUTO, {MAIN, BACKUP}, None, 0, MAIN),
        (Wanted.AUTO, {BACKUP}, MAIN, 0, BACKUP),
        (Wanted.AUTO, {MAIN, BACKUP}, BACKUP, 0, BACKUP),
        (Wanted.AUTO, {MAIN, BACKUP}, BACKUP, LONG, MAIN),
        (Wanted.AUTO, {MAIN}, BACKUP, 0, MAIN),
        (Wanted.AUTO, set(), MAIN, 0, None),
        (Wanted.SLATE, {MAIN, BACKUP}, MAIN, LONG, None),
        (Wanted.MAIN, {MAIN, BACKUP}, BACKUP, 0, MAIN),
        (Wanted.MAIN, {BACKUP}, MAIN, 0, None),
        (Wanted.BACKUP, {MAIN, BACKUP}, MAIN, LONG, BACKUP),
        (Wanted.BACKUP, {MAIN}, BACKUP, 0, None),
    ],
)
def test_who_is_on(
    wanted: Wanted, well: set[FeedRole], on: FeedRole | None, main_for: float, chosen: FeedRole | None
) -> None:
    assert choose(wanted, well, on, main_for) is chosen
