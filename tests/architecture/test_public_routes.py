"""Signing in is the default. What strangers may reach is listed in public_routes.txt, and nowhere else."""

from pathlib import Path

from novacast import tables, wiring
from novacast.app import _parts
from novacast.clock import SystemClock
from novacast.database import migrate
from novacast.folder import DataFolder
from novacast.metrics import Metrics
from novacast.settings import Settings, load
from novacast.web.server import WebServer

LIST = Path(__file__).with_name("public_routes.txt")
DEMO_ONLY = ("/demo/",)


def settings(folder: Path) -> Settings:
    return load(Path("/dev/null"), {"HOME": str(folder)}, data=folder / "data")


async def public(folder: Path, *, demo: bool) -> list[str]:
    wanted = settings(folder)
    data = DataFolder.at(wanted.data)
    data.prepare()
    migrate(data.database, tables.MIGRATIONS, SystemClock(), backups=data.backups)
    async with wiring.services(wanted, SystemClock(), readers=1) as own:
        server = WebServer(_parts(own, Metrics(), demo))
        return sorted(f"{route.method} {route.path}" for route in server.routes if route.public)


def listed() -> list[str]:
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return sorted(line for line in lines if line and not line.startswith("#"))


async def test_strangers_reach_what_is_listed_and_nothing_else(tmp_path: Path) -> None:
    assert await public(tmp_path, demo=False) == listed()


async def test_the_demo_opens_only_its_own_pages_more(tmp_path: Path) -> None:
    more = set(await public(tmp_path, demo=True)) - set(listed())
    assert more
    assert all(line.partition(" ")[2].startswith(DEMO_ONLY) for line in more)
