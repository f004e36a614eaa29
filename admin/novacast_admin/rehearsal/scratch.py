"""Where a rehearsal plays: a folder of its own, which is gone with it, and the settings of the house on it."""

import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from novacast.errors import AlreadyRunning, BadSettings, DiskFull
from novacast.folder import DataFolder
from novacast.settings import Alarms, Backups, Mail, Metrics, Settings, Stripe, Tls, Webhooks, as_environment
from novacast.settings import replace as changed
from novacast_admin.rehearsal.extras import Extras
from novacast_admin.rehearsal.models import Address, Plan, Wanted

PREFIX, LOCK = "novacast-rehearsal-", "rehearsal"
SERVED_WITHIN = 60.0
"""Seconds that the scratch server may take until it serves."""
LONGEST = 107 - len(f"/{PREFIX}12345678/novacast.sock")
"""Bytes of the path of its place: no socket can be bound at a longer one (unix(7), sun_path)."""
KEPT = ("ffmpeg-trials.json", "encoder-trials.json")
"""Of the house's cache: what is known of encoders here, so that the rehearsal has those that the house has."""


def place_beside(settings: Settings, wanted: Path | None) -> Path:
    """Among what can be made again, else beside the data folder, so that it is the same disk; else the system's folder
    for what is temporary. Raises BadSettings for one that was asked for and can't be used."""
    if wanted is not None:
        if not wanted.is_dir() or not os.access(wanted, os.W_OK):
            raise BadSettings(f"{wanted} is no folder that can be written to. Name another with --scratch.")
        if not _fits(wanted):
            raise BadSettings(f"{wanted} is too long a path for a server's socket in it. Name another with --scratch.")
        return wanted
    data = DataFolder.at(settings.data)
    for place in (data.cache, existing(data.root.parent)):
        if place.is_dir() and os.access(place, os.W_OK) and _fits(place):
            return place
    return Path(gettempdir())


def _fits(place: Path) -> bool:
    return len(os.fsencode(place.absolute())) <= LONGEST


def existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


@contextmanager
def folder(place: Path, data: Path) -> Iterator[DataFolder]:
    """Made, locked and taken away with all that is in it; what a killed rehearsal left beside it goes as well."""
    _sweep(place)
    try:
        root = Path(mkdtemp(prefix=PREFIX, dir=place))
    except OSError as error:
        raise DiskFull(f"No folder can be made in {place}: {error.strerror}. Name another with --scratch.") from error
    try:
        made = DataFolder(root)
        with made.lock(LOCK):
            made.cache.mkdir(mode=0o700)
            for name in KEPT:
                with suppress(OSError):
                    shutil.copy(DataFolder.at(data).cache / name, made.cache / name)
            yield made
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Only what a rehearsal has locked once is one's: others may have folders of such a name."""
    for lock in place.glob(f"{PREFIX}*/{LOCK}.lock"):
        with suppress(OSError, AlreadyRunning), DataFolder(lock.parent).lock(LOCK):
            shutil.rmtree(lock.parent, ignore_errors=True)


def settings_of(house: Settings, root: Path, mailbox: bool) -> Settings:
    """The house's settings for a server that listens to this machine alone and reaches nobody. Limits that hold for one
    person or address are lifted where a crowd from one machine would meet them and an audience would not."""
    webhooks = Webhooks(at_once=house.webhooks.at_once or Webhooks().at_once, allowed=("127.0.0.1",))
    own = replace(
        house,
        data=root,
        tls=Tls(),
        mail=Mail(),
        stripe=Stripe(),
        backups=Backups(),
        metrics=Metrics(),
        alarms=Alarms(),
        webhooks=webhooks if mailbox else Webhooks(at_once=0),
    )
    values = {
        "server.host": "127.0.0.1",
        "server.port": 0,
        "server.public_url": "",
        "server.trusted_proxies": ["127.0.0.1"],
        "log.level": "warning",
        "log.format": "text",
        "accounts.argon2_memory_kib": 8192,
        "accounts.argon2_iterations": 1,
        "accounts.tries_per_address": 1000,
        "jobs.worker": True,
        "jobs.engine": "sqlite",
        "jobs.url": "",
        "moderation.base_url": "",
        "moderation.word_model": "",
        "speech.base_url": "",
        "live.rtmp_port": 1935,
        "live.rtmp_host": "127.0.0.1",
        "live.srt_port": 0,
        "live.whip": False,
        "live.whep": False,
        "tickets.mode": "test",
        "tickets.holds_per_address": 1_000_000,
        "chat.burst": 1000,
        "chat.burst_seconds": 1.0,
        "chat.sample_above": 0,
    }
    for key, value in values.items():
        own = changed(own, key, value)
    return own


@asynccontextmanager
async def serving(
    house: Settings, place: DataFolder, plan: Plan, mailbox: str
) -> AsyncIterator[tuple[Address, Extras]]:
    """The server at work, until the block is left. Raises Unavailable if it does not start."""
    environment = as_environment(settings_of(house, place.root, bool(mailbox)))
    wanted = Wanted(plan.heights, plan.profile, plan.pass_through, True, mailbox)
    async with await Extras.start("house", environment, json.dumps(asdict(wanted))) as server:
        told = await server.answer(SERVED_WITHIN)
        yield Address(**told), server
