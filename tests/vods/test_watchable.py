"""Videos by their ids, as a channel's page asks for its recordings."""

from novacast.vods.models import Visibility
from novacast.vods.watchable import WatchableVideos
from tests.vods.conftest import DOOR, PRODUCER, STRANGER, House


async def test_what_one_may_watch_is_given_by_its_id_and_nothing_else(house: House) -> None:
    library = WatchableVideos(house.db)
    public = await house.publish(title="For all")
    inside = await house.publish(title="For us", visibility=Visibility.ORGANIZATION)
    private = await house.publish(title="For me", visibility=Visibility.PRIVATE)
    unready = await house.arrive(title="Not yet")
    asked = [public, inside, private, unready, "nothing", "x' OR '1' = '1"]
    assert set(await library.watchable(STRANGER, asked)) == {public}
    assert set(await library.watchable(DOOR, asked)) == {public, inside}
    found = await library.watchable(PRODUCER, asked)
    assert set(found) == {public, inside, private}
    assert (found[public].title, found[public].duration) == ("For all", 60_000_000)
    assert await library.watchable(PRODUCER, []) == {}
