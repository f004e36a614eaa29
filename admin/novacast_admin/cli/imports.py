"""What `novacast video import` does and tells: files and folders, one after the other, each for itself."""

from collections.abc import Sequence
from dataclasses import field
from pathlib import Path

from rich.progress import Progress, TaskID

from novacast.errors import InvalidInput, NovaCastError
from novacast.records import dataclass
from novacast.vods.imports.files import Tell
from novacast.vods.imports.models import Brought, Found, Item, Look, Unmapped, Wish
from novacast.vods.models import Video
from novacast.wiring import Services
from novacast_admin.cli.output import print_table, refuse, say


@dataclass(slots=True)
class Report:
    brought: list[Brought] = field(default_factory=list)
    planned: list[Look] = field(default_factory=list)
    """Of a dry run."""
    unmapped: list[Unmapped] = field(default_factory=list)
    failures: int = 0

    @property
    def videos(self) -> list[Video]:
        return [one.video for one in self.brought if one.video is not None]

    @property
    def skipped(self) -> list[tuple[Path, str]]:
        """Files whose content is here already, and the videos that have it."""
        both = [(one.path, one.twin) for one in self.brought] + [(one.path, one.twin) for one in self.planned]
        return [(path, twin) for path, twin in both if twin is not None]

    def json(self) -> dict[str, object]:
        """All but the videos."""
        told: dict[str, object] = {
            "skipped": [{"path": str(path), "video": twin} for path, twin in self.skipped],
            "unmapped": [{"path": str(one.path), "what": one.what, "why": one.why} for one in self.unmapped],
        }
        return told | ({"planned": [_plan(look) for look in self.planned]} if self.planned else {})

    def tell(self) -> None:
        for one in self.brought:
            if one.video is not None:
                say(f"{one.video.id}  {one.video.title}")
        new = [look for look in self.planned if look.twin is None]
        if new:
            columns = ("file", "title", "language", "subtitles", "chapters", "picture", "collection")
            print_table(columns, [_row(look) for look in new])
        for path, twin in self.skipped:
            say(f"{path} is here already: {twin}")
        if self.unmapped:
            say("Not taken over:")
        for left in self.unmapped:
            say(f"  {left.path}: {left.what}: {left.why}")


async def bring(
    services: Services, paths: Sequence[Path], wish: Wish, shown: Progress, *, dry: bool, as_json: bool
) -> Report:
    """What is refused is told and stops no other; of one file alone it is raised."""
    found = await services.vods.imports.find(paths)
    report = Report(unmapped=list(found.left))
    if wish.title and len(found.items) > 1:
        raise InvalidInput.field("title", "One title can't be the title of several files.")
    whole = shown.add_task("all files", total=_size(found), step="") if len(found.items) > 1 else None
    before = 0
    for item in found.items:
        line = shown.add_task(item.path.name.replace("[", r"\["), total=_length(item.path), step="reading")

        def tell(done: int, line: TaskID = line, before: int = before) -> None:
            shown.update(line, completed=done)
            if whole is not None:
                shown.update(whole, completed=before + done)

        try:
            await _one(services, item, wish, report, tell, dry=dry)
        except NovaCastError as error:
            if len(found.items) == 1:
                raise
            refuse(error, as_json=as_json)
            report.failures += 1
        finally:
            shown.remove_task(line)
        before += _length(item.path) or 0
    if whole is not None:
        shown.remove_task(whole)
    return report


async def _one(services: Services, item: Item, wish: Wish, report: Report, tell: Tell, *, dry: bool) -> None:
    if dry:
        look = await services.vods.imports.look(item, wish, tell)
        report.planned.append(look)
        report.unmapped += look.unmapped if look.twin is None else ()
    else:
        brought = await services.vods.imports.take(item, wish, tell)
        report.brought.append(brought)
        report.unmapped += brought.unmapped


def _size(found: Found) -> int:
    return sum(_length(item.path) or 0 for item in found.items)


def _length(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


def _row(look: Look) -> tuple[object, ...]:
    subtitles = ", ".join(one.language or "?" for one in look.subtitles)
    picture = look.picture.name if look.picture is not None else ""
    return look.path, look.title, look.language, subtitles, len(look.chapters) or "", picture, look.shelf


def _plan(look: Look) -> dict[str, object]:
    return {
        "path": str(look.path),
        "bytes": look.size,
        "title": look.title,
        "description": look.description,
        "language": look.language,
        "subtitles": [
            {"path": str(one.path), "language": one.language, "forced": one.forced, "captions": one.for_deaf}
            for one in look.subtitles
        ],
        "chapters": len(look.chapters),
        "picture": None if look.picture is None else str(look.picture),
        "collection": look.shelf or None,
        "video": look.twin,
    }
