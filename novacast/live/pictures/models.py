"""What pictures there are, and where they lie. Pure."""

from enum import StrEnum
from pathlib import Path

from novacast.folder import DataFolder


class Place(StrEnum):
    """What a picture is for; the column of its row."""

    POSTER = "poster"
    SLATE = "slate"


def pictures_folder(folder: DataFolder) -> Path:
    """Beside those of recordings, whose names are ids and longer."""
    return folder.live / "pictures"


def picture_file(folder: DataFolder, picture_id: str) -> Path:
    """A JPEG made here; another picture has another name."""
    return pictures_folder(folder) / f"{picture_id}.jpg"
