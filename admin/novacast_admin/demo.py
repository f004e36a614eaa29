"""The demo's venue: its folder, its people, its films. Every step finds what an interrupted one left."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from novacast.accounts.organizations.models import Organization
from novacast.accounts.people.models import Person
from novacast.errors import Conflict, NotFound
from novacast.folder import DataFolder
from novacast.identity import SYSTEM, Principal, Role
from novacast.media.encode import make_sample
from novacast.media.ffmpeg import FFmpeg
from novacast.media.samples import SAMPLES, Sample
from novacast.records import dataclass
from novacast.tickets.rentals.models import Price, Terms
from novacast.tickets.tips.models import TipRules
from novacast.vods.models import Video, Visibility
from novacast.wiring import Services

ORGANIZATION, SLUG = "The Lantern", "lantern"
PASSWORD = "projector-lamp-42"  # noqa: S105 - public on purpose; the demo listens on loopback alone
MARK = "demo.json"


@dataclass(frozen=True, slots=True)
class Character:
    email: str
    name: str
    role: Role | None
    part: str


CAST = (
    Character("olive@lantern.example", "Olive Okafor", Role.OWNER, "owns the house"),
    Character("max@lantern.example", "Max Moreau", Role.MANAGER, "manages people and videos"),
    Character("pia@lantern.example", "Pia Pereira", Role.PRODUCER, "brings videos in"),
    Character("mo@lantern.example", "Mo Marsh", Role.MODERATOR, "keeps the talk friendly"),
    Character("bea@lantern.example", "Bea Brandt", Role.BOX_OFFICE, "sells at the box office"),
    Character("dan@lantern.example", "Dan Dubois", Role.DOOR, "stands at the door"),
    Character("vera@visitor.example", "Vera Vogel", None, "a visitor without a role"),
)
VISIBILITIES = (Visibility.PUBLIC, Visibility.SIGNED_IN, Visibility.ORGANIZATION)
"""One for each sample, so that logging in makes a difference."""
SALE = Terms("EUR", Price(900, 2000), Price(350, 2000, hours=48, days=30))
TIPS = TipRules(True, "EUR", 100, 10_000, (200, 500, 1000), 2000)


class Record:
    """A file in the data folder that says it is a demo's, and whether everything in it is made."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        self._path = folder.root / MARK

    @property
    def complete(self) -> bool:
        try:
            return bool(json.loads(self._path.read_text())["complete"])
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def claim(self) -> None:
        """Raises Conflict for the folder of a venue that is no demo: nobody's people get passwords that all know."""
        if self._folder.database.exists() and not self._path.exists():
            raise Conflict(
                f"{self._folder.root} holds a venue that is no demo. Give the demo another folder with --data."
            )
        if not self._path.exists():
            self._write(complete=False)

    def finish(self) -> None:
        self._write(complete=True)

    def _write(self, *, complete: bool) -> None:
        unfinished = self._path.with_suffix(".new")
        unfinished.write_text(json.dumps({"complete": complete}))
        unfinished.replace(self._path)


async def cast(services: Services) -> Organization:
    """The people and their organization, each made where it is missing."""
    people = {character.email: await _person(services, character) for character in CAST}
    organization = await _organization(services, people[CAST[0].email])
    members = (await services.accounts.organizations.members(SYSTEM, organization.id, None, 100)).items
    known = {member.person_id: member.role for member in members}
    for character in CAST:
        person = people[character.email]
        if character.role is not None and person.id not in known:
            await services.accounts.administration.set_role(SYSTEM, organization.id, person.id, character.role)
    return organization


async def _person(services: Services, character: Character) -> Person:
    try:
        return await services.accounts.administration.find(SYSTEM, character.email)
    except NotFound:
        return await services.accounts.administration.create_person(SYSTEM, character.email, character.name, PASSWORD)


async def _organization(services: Services, owner: Person) -> Organization:
    try:
        return await services.accounts.administration.find_organization(SYSTEM, SLUG)
    except NotFound:
        return await services.accounts.organizations.create(Principal(person_id=owner.id), ORGANIZATION, SLUG)


def file_name(sample: Sample) -> str:
    return f"{sample.name}.mp4"


async def brought(services: Services, organization: Organization) -> Sequence[Video]:
    """The demo's videos that are in already."""
    page = await services.vods.videos.studio(SYSTEM, organization.id, limit=100)
    names = {file_name(sample) for sample in SAMPLES}
    return [entry.video for entry in page.items if entry.video.source_name in names]


async def sell(services: Services, organization: Organization) -> None:
    """The film that others than the house don't see is sold, with the one that all see for its trailer; and the house
    takes tips."""
    films = {video.visibility: video for video in await brought(services, organization)}
    sold, trailer = films[VISIBILITIES[-1]], films[VISIBILITIES[0]]
    await services.rentals.sales.decide(SYSTEM, sold.id, replace(SALE, trailer=trailer.id))
    await services.tips.decide(SYSTEM, organization.id, TIPS)


async def film(ffmpeg: FFmpeg, sample: Sample, folder: Path) -> Path:
    """Make the sample with FFmpeg; whole, or not there."""
    target = folder / file_name(sample)
    return target if target.exists() else await make_sample(ffmpeg, sample, target)


async def bring(services: Services, organization: Organization, sample: Sample, file: Path) -> Video:
    """Import it as the producer's, and drop the file that it was made from."""
    producer = next(character for character in CAST if character.role is Role.PRODUCER)
    owner = await services.accounts.administration.find(SYSTEM, producer.email)
    video = await services.vods.imports.bring(
        file,
        organization.id,
        owner_id=owner.id,
        title=sample.title,
        visibility=VISIBILITIES[SAMPLES.index(sample) % len(VISIBILITIES)],
    )
    await asyncio.to_thread(file.unlink, missing_ok=True)
    return video
