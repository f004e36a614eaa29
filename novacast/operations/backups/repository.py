"""How backups lie in their target.

`novacast-backups.json`     whose they are, and the reader's key where it rests under a passphrase
`objects/ab/ab12...`        pieces of files, each once, by a name that only the venue can make of a content
`backups/ID.list`           the files of one backup, encrypted
`backups/ID.backup`         its head and the names of its objects, marked by the writer's key; with it, it is there
"""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from novacast.errors import Conflict, InvalidInput, NotFound, NovaCastError, Unauthenticated, Unavailable
from novacast.operations.backups.models import FORMAT, Entry, Head, id_at, id_behind
from novacast.operations.backups.ports import Target
from novacast.records import dataclass
from novacast.security import envelopes
from novacast.security.envelopes import ReaderKey, WriterKey
from novacast.security.passphrases import locked, unlocked

DESCRIPTION = "novacast-backups.json"
LARGEST_DESCRIPTION = 64 * 1024
_NAME, _MARK, _LONGEST_HEAD = 32, 32, 64 * 1024
_PLAIN, _SQUEEZED = b"\0", b"\1"


@dataclass(frozen=True, slots=True)
class Description:
    id: str
    public: bytes
    under: Any
    """The reader's key under a passphrase, or None where it lies elsewhere."""

    def reader(self, *, passphrase: str = "", line: str = "") -> ReaderKey:
        """By the passphrase or the key's line. Raises Unauthenticated, InvalidInput."""
        if line:
            key = envelopes.reader_key(line)
        elif self.under is None:
            raise InvalidInput("These backups have no passphrase. Name the file with their key: --key FILE.")
        elif not passphrase:
            raise InvalidInput("These backups open with a passphrase: --passphrase-file FILE.")
        else:
            both = unlocked(passphrase, self.under)
            key = ReaderKey(both[:32], both[32:])
        if key.writer().public != self.public:
            raise Unauthenticated("This is the key of other backups.")
        return key


def describe(target: Target) -> Description:
    """Raises NotFound where no backups are, Unavailable where what is there can't be understood."""
    with target.open(DESCRIPTION) as file:
        content = file.read(LARGEST_DESCRIPTION)
    try:
        values = json.loads(content)
        if values["format"] > FORMAT:
            raise Unavailable(f"A newer NovaCast made the backups in {target.told}. Use that version.")
        return Description(str(values["id"]), base64.b64decode(values["public"]), values["under"])
    except (ValueError, TypeError, KeyError) as error:
        raise Unavailable(f"{DESCRIPTION} in {target.told} is damaged.") from error


def begin(target: Target, id: str, key: ReaderKey, passphrase: str | None) -> None:
    """A place for backups that nobody has used yet. Raises Conflict where somebody has."""
    if target.has(DESCRIPTION):
        raise Conflict(f"There are backups in {target.told} already. Choose another folder.")
    under = None if passphrase is None else locked(passphrase, key.private + key.proof)
    public = base64.b64encode(key.writer().public).decode()
    values = {"format": FORMAT, "id": id, "public": public, "under": under}
    target.put(DESCRIPTION, [json.dumps(values, indent=2).encode() + b"\n"])
    target.settle()


class Repository:
    """What the writer's key is enough for."""

    def __init__(self, target: Target, key: WriterKey) -> None:
        self.target, self.key = target, key

    def keep(self, digest: bytes, content: bytes, *, squeeze: bool) -> tuple[str, int]:
        """Its name, and the bytes that were written: none where it was there."""
        name = self.key.name(digest)
        place = object_file(name)
        if self.target.has(place):
            return name, 0
        packed = zlib.compress(content, 3) if squeeze else content
        body = [_SQUEEZED, packed] if len(packed) < len(content) else [_PLAIN, content]
        return name, self.target.put(place, envelopes.sealed(self.key, name, body))

    def has(self, name: str) -> bool:
        return self.target.has(object_file(name))

    def keep_list(self, id: str, plain: Path) -> int:
        with plain.open("rb") as file:
            parts = iter(lambda: file.read(envelopes.PIECE), b"")
            return self.target.put(_list_file(id), envelopes.sealed(self.key, f"list {id}", parts))

    def commit(self, head: Head, names: Path) -> None:
        """`names`: of its objects, one behind the other as bytes. Everything else has been put."""
        self.target.settle()
        first, content = head.line(), names.read_bytes()
        mark = self.key.mark(f"head {head.id}", first + b"\n" + content)
        self.target.put(_head_file(head.id), [first, b"\n", content, mark])
        self.target.settle()

    def ids(self) -> Sequence[str]:
        """Of all backups, the oldest first."""
        found = (name.removeprefix("backups/") for name in self.target.names("backups"))
        return sorted(name.removesuffix(".backup") for name in found if name.endswith(".backup"))

    def new_id(self, at: int) -> str:
        """Of a backup of this instant, behind all that are whole by their heads."""
        for newest in reversed(self.ids()):
            try:
                self.head(newest)
            except NovaCastError:
                continue
            return max(id_at(at), id_behind(newest))
        return id_at(at)

    def head(self, id: str) -> Head:
        """Without looking whether all of it is there. Raises NotFound, Unavailable."""
        head, _ = self._read(id)
        return head

    def names(self, id: str) -> Iterator[str]:
        """Of its objects, some more than once. Raises Unavailable."""
        _, content = self._read(id)
        for at in range(0, len(content), _NAME):
            yield content[at : at + _NAME].hex()

    def check_list(self, id: str) -> None:
        with self.target.open(_list_file(id)) as file:
            envelopes.check(self.key, f"list {id}", file)

    def check_object(self, name: str) -> None:
        with self.target.open(object_file(name)) as file:
            envelopes.check(self.key, name, file)

    def remove(self, id: str) -> None:
        """From its head on, so that half of one is none."""
        self.target.remove(_head_file(id))
        self.target.settle()
        self.target.remove(_list_file(id))

    def sweep(self, used: "set[bytes]") -> tuple[int, int]:
        """Remove what no backup needs: objects, and lists without a head. How many objects, and their bytes."""
        count = weight = 0
        for place in self.target.names("objects"):
            name = place.rpartition("/")[2]
            if len(name) == 2 * _NAME and bytes.fromhex(name) not in used:
                count, weight = count + 1, weight + self.target.size(place)
                self.target.remove(place)
        there = set(self.ids())
        for place in list(self.target.names("backups")):
            if place.endswith(".list") and place.removeprefix("backups/").removesuffix(".list") not in there:
                self.target.remove(place)
        return count, weight

    def _read(self, id: str) -> tuple[Head, bytes]:
        if "/" in id:
            raise NotFound(f"There is no backup {id}.")
        with self.target.open(_head_file(id)) as file:
            first = file.readline(_LONGEST_HEAD)
            content = file.read()
        content, mark = content[:-_MARK], content[-_MARK:]
        if not self.key.marked(f"head {id}", first + content, mark) or len(content) % _NAME:
            raise Unavailable(f"The backup {id} is damaged, or was not made by this venue.")
        head = Head.read(first)
        if head.id != id:
            raise Unavailable(f"The backup {id} is damaged.")
        return head, content


class Opened:
    """What the reader's key is needed for."""

    def __init__(self, target: Target, key: ReaderKey) -> None:
        self.repository = Repository(target, key.writer())
        self._target, self._key = target, key

    def entries(self, id: str) -> Iterator[Entry]:
        """Raises Unavailable where the list is not whole."""
        with self._target.open(_list_file(id)) as file:
            yield from map(Entry.read, _lines(envelopes.opened(self._key, f"list {id}", file)))

    def content(self, digest: bytes, largest: int) -> bytes:
        """A piece of a file. Raises NotFound, Unavailable."""
        name = self.repository.key.name(digest)
        with self._target.open(object_file(name)) as file:
            whole = b"".join(self._bounded(name, file, largest))
        if whole[:1] == _PLAIN:
            return whole[1:]
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(whole[1:], largest)
        if not unpacking.eof:
            raise Unavailable(f"{name} is larger than a piece may be.")
        return content

    def _bounded(self, name: str, file: BinaryIO, largest: int) -> Iterator[bytes]:
        size = 0
        for part in envelopes.opened(self._key, name, file):
            size += len(part)
            if size > largest + 1:
                raise Unavailable(f"{name} is larger than a piece may be.")
            yield part


def object_file(name: str) -> str:
    return f"objects/{name[:2]}/{name}"


def _list_file(id: str) -> str:
    return f"backups/{id}.list"


def _head_file(id: str) -> str:
    return f"backups/{id}.backup"


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        yield from lines
    if rest:
        raise Unavailable("The list of files is damaged.")
