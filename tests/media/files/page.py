"""The page of the manual about media files: `python -m tests.media.files.page` writes it, a test compares it."""

from collections.abc import Iterator
from pathlib import Path

from novacast.media.conformance import SOURCES
from tests.media.files.model import File
from tests.media.files.table import FILES, TABLE

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "media-files.md"


def page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Media files, and what comes out of them"
    yield ""
    yield f"{len(FILES)} files of different nature, each made by FFmpeg, brought in as an upload and transcoded by a"
    yield "worker as it is, with the rungs 144, 240, 360, 480, 720, 1080, 1440 and 2160. `tests/media/files` does so"
    yield "and compares; every picture of every rung is decoded and counted, and all that is published passes the"
    yield "check below. This page is written by `python -m tests.media.files.page` from the same table."
    yield ""
    yield "*As it is* means taken over packet by packet; the number behind a sound is that of its channels."
    for title, files in TABLE.items():
        yield from ("", f"## {title}", "", "| file | what it is | made of | what comes out |", "|---|---|---|---|")
        yield from map(_row, files)
    yield from (
        "",
        "## What is checked",
        "",
        "`novacast video check ID` looks at a video's published files by these rules:",
    )
    yield from ("", "| rule | where it comes from |", "|---|---|")
    yield from (f"| {rule} | {source} |" for rule, source in SOURCES.items())


def _row(file: File) -> str:
    cells = (f"`{file.name}`", file.what, file.made_of, file.outcome)
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
