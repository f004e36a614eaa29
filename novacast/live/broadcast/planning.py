"""What a programme will be, by its first feed and what this machine can do; decided once."""

import asyncio
import logging
from pathlib import Path

from novacast.errors import NovaCastError
from novacast.live.broadcast.equipment import Equipment
from novacast.live.broadcast.feed import Feed
from novacast.live.broadcast.lineup import UNSAID, Lineup, plan_lineup, with_source
from novacast.live.broadcast.slate import Slate, make_slate
from novacast.live.models import Channel, PassThrough
from novacast.live.packaging.models import PROFILES

log = logging.getLogger(__name__)

JUDGED_SECONDS = 10.0
"""What a feed gets to show how far apart its keyframes are, where its picture may be given as it comes."""
LOOK = 0.1
ATTEMPTS = 3
"""Encoders of the ranking that the slate is tried with."""


async def plan(channel: Channel, feed: Feed, budget: float) -> Lineup:
    """Of a feed that is known. Takes a few of its keyframes if its own picture is to be given."""
    brings = feed.brings
    assert brings is not None
    profile = PROFILES[channel.profile]
    size = (brings.size or UNSAID) if brings.picture else None
    lineup = plan_lineup(profile, channel.heights, size, brings.fps, budget=budget)
    all_ = plan_lineup(profile, channel.heights, size, brings.fps)
    passes = channel.pass_through is PassThrough.YES or (
        channel.pass_through is PassThrough.AUTO and lineup.rungs != all_.rungs
    )
    if not passes or brings.size is None or not brings.often(lineup.part):
        return lineup
    await _judged(feed)
    keyframes, brings = feed.copyable, feed.brings
    if keyframes is None or brings is None or brings.size is None:
        return lineup
    return with_source(lineup, brings.size, keyframes, feed.keyframes.rate)


async def _judged(feed: Feed) -> None:
    try:
        async with asyncio.timeout(JUDGED_SECONDS):
            while not feed.judged and feed.ended is None:  # noqa: ASYNC110 - tags change it, a hundred times a second
                await asyncio.sleep(LOOK)
    except TimeoutError:
        log.info("feed %s has too few keyframes to be given as it comes", feed.row.id)


async def slate_for(equipment: Equipment, picture: Path, lineup: Lineup) -> Slate:
    """By the encoder that is used, or one further down that works. Raises MediaFailure."""
    for attempt in range(ATTEMPTS):
        program, encoding = await equipment.for_attempt(attempt)
        try:
            return await make_slate(program, picture, lineup, encoding)
        except NovaCastError as failure:
            log.warning("the slate could not be made by %s: %s", encoding.encoder, failure.message)
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt ends it")
