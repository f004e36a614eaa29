from tests.media.files.containers import CONTAINERS
from tests.media.files.model import File
from tests.media.files.pictures import CODECS
from tests.media.files.shapes import SHAPES
from tests.media.files.sounds import SOUNDS

TABLE: dict[str, tuple[File, ...]] = {
    "Codecs": CODECS,
    "Sizes, shapes and rates": SHAPES,
    "Sounds": SOUNDS,
    "Containers, and what is wrong": CONTAINERS,
}
FILES = tuple(file for files in TABLE.values() for file in files)
