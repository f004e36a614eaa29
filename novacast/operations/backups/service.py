"""Backups of one data folder: where they go, making, listing, checking and pruning them."""

import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from novacast import durable
from novacast.clock import Clock
from novacast.errors import BadSettings, Conflict, NotFound, NovaCastError, Unavailable
from novacast.folder import DataFolder
from novacast.operations.backups import repository
from novacast.operations.backups.folders import FolderTarget
from novacast.operations.backups.making import Making
from novacast.operations.backups.models import PIECE, Head, Progress, Rules, Watch, due, kept, unwatched
from novacast.operations.backups.ports import Target
from novacast.operations.backups.repository import Opened, Repository
from novacast.records import dataclass
from novacast.security import envelopes
from novacast.security.envelopes import ReaderKey, WriterKey, new_reader_key
from novacast.settings import Settings

KEY = "backups.json"
LAST = "last.json"


@dataclass(frozen=True, slots=True)
class Last:
    """The last backup that was made, as the data folder remembers it."""

    id: str
    at: int
    """The instant that it shows, microseconds UTC."""
    target: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a backup, or with what several need."""

    backup: str
    what: str


@dataclass(frozen=True, slots=True)
class Pruned:
    backups: Sequence[str]
    objects: int
    freed: int


def last_good(folder: DataFolder) -> Last | None:
    """The last backup whose database was whole; None where there never was one. Reads one small file."""
    try:
        values: Mapping[str, Any] = json.loads((folder.backups / LAST).read_bytes())
        return Last(str(values["id"]), int(values["at"]), str(values["target"]), whole=True)
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Backups:
    """`config`: the settings file, which goes into each."""

    def __init__(self, settings: Settings, clock: Clock, config: Path | None = None) -> None:
        self._settings, self._clock, self._config = settings.backups, clock, config
        self._folder = DataFolder.at(settings.data)

    def may_begin(self) -> Target:
        """Where they would go to. Raises Conflict where they have begun, BadSettings where no place is named."""
        target = self._target()
        if (self._folder.keys / KEY).exists():
            raise Conflict(
                f"This venue has its backups already; {self._folder.keys / KEY} says which. Remove that file first "
                "where they are to begin anew somewhere else."
            )
        return target

    def begin(self, passphrase: str | None) -> ReaderKey:
        """Make the target a place for backups of this venue. Without a passphrase the key that is returned is the only
        way back to them. Raises Conflict, InvalidInput, BadSettings, DiskFull, Unavailable.
        """
        target = self.may_begin()
        key, name = new_reader_key(), secrets.token_hex(16)
        with target.mine():
            repository.begin(target, name, key, passphrase)
        self._remember(name, key.writer())
        return key

    def adopt(self, key: ReaderKey) -> None:
        """Go on with backups that are there, after a restore or on a new machine."""
        description = repository.describe(self._target())
        if key.writer().public != description.public:
            raise Conflict("This is the key of other backups.")
        self._remember(description.id, key.writer())

    def begun(self) -> bool:
        return (self._folder.keys / KEY).exists()

    def create(self, watch: Watch = unwatched) -> Head:
        """Make one. Raises Conflict while another is made, NotFound before `begin`, DiskFull, Unavailable."""
        if not self._folder.database.exists():
            raise NotFound(f"There is no venue in {self._folder.root}.")
        own = self.repository()
        with own.target.mine():
            head = Making(self._folder, own, self._clock, watch, self._config, self._index()).make()
        if head.whole:
            _replace(self._folder.backups / LAST, {"id": head.id, "at": head.at, "target": own.target.told})
        return head

    def repository(self) -> Repository:
        """Raises NotFound before `begin`, Conflict where the target belongs to another venue."""
        target, (name, key) = self._target(), self._remembered()
        description = repository.describe(target)
        if (description.id, description.public) != (name, key.public):
            raise Conflict(f"The backups in {target.told} are not those of this venue, or were tampered with.")
        return Repository(target, key)

    def listed(self) -> Sequence[Head | Fault]:
        """The oldest first."""
        return heads(self.repository())

    def prune(self) -> Pruned:
        """Remove what the settings let go. Raises Unavailable, with nothing removed, where a backup that stays can't be
        read: what it needs would be taken for what nobody needs."""
        own = self.repository()
        with own.target.mine():
            read = [own.head(one) for one in own.ids()]
            stay = kept(read, self.rules())
            used = {bytes.fromhex(name) for one in sorted(stay) for name in own.names(one)}
            gone = [head.id for head in read if head.id not in stay]
            for one in gone:
                own.remove(one)
            objects, weight = own.sweep(used)
        return Pruned(gone, objects, weight)

    def rules(self) -> Rules:
        own = self._settings
        return Rules(own.keep_last, own.keep_daily, own.keep_weekly, own.keep_monthly)

    def due(self) -> int | None:
        """When the next one is to be made; None where the settings want none by itself."""
        last = last_good(self._folder)
        return due(self._settings.every, None if last is None else last.at, self._clock.now())

    def _target(self) -> Target:
        if not self._settings.folder:
            raise BadSettings(
                "Name the folder where backups go to: [backups] folder in the settings file (novacast config path)."
            )
        root = Path(self._settings.folder).expanduser().absolute()
        if root == self._folder.root or self._folder.root in root.parents:
            raise BadSettings(f"{root} is inside the data folder, and would be lost with it. Choose another disk.")
        return FolderTarget(root)

    def _index(self) -> Path:
        return self._folder.cache / f"backups-{self._remembered()[0]}.index"

    def _remember(self, id: str, key: WriterKey) -> None:
        _replace(self._folder.keys / KEY, {"id": id, "writer": key.text()})

    def _remembered(self) -> tuple[str, WriterKey]:
        path = self._folder.keys / KEY
        try:
            values = json.loads(path.read_bytes())
            return str(values["id"]), envelopes.writer_key(values["writer"])
        except FileNotFoundError as error:
            raise NotFound("No backups have been set up here. Begin with `novacast backup init`.") from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Unavailable(f"{path} can't be read ({error}). `novacast backup adopt` makes it anew.") from error


def heads(own: Repository) -> Sequence[Head | Fault]:
    found: list[Head | Fault] = []
    for one in own.ids():
        try:
            found.append(own.head(one))
        except NovaCastError as error:
            found.append(Fault(one, error.message))
    return found


def verify(own: Repository, key: ReaderKey | None = None, watch: Watch = unwatched) -> Sequence[Fault]:
    """Read all that there is, each object once, and prove that it is what was written; with the reader's key also that
    it opens and is what the lists of files say. Changes nothing."""
    faults: list[Fault] = []
    seen: dict[str, bool] = {}
    total = sum(own.target.size(name) for name in own.target.names("objects"))
    done = 0
    for backup in own.ids():
        try:
            own.head(backup)
            own.check_list(backup)
            for name in own.names(backup):
                if name not in seen:
                    seen[name] = _is_whole(own, name)
                    done += own.target.size(repository.object_file(name)) if seen[name] else 0
                    watch(Progress("reading", min(done, total), total))
        except NovaCastError as error:
            faults.append(Fault(backup, error.message))
            continue
        lost = len({name for name in own.names(backup) if not seen[name]})
        if lost:
            faults.append(Fault(backup, f"{lost} of its objects are missing or damaged."))
        elif key is not None:
            faults += _opens(own, key, backup)
    return faults


def _is_whole(own: Repository, name: str) -> bool:
    try:
        own.check_object(name)
    except NovaCastError:
        return False
    return True


def _opens(own: Repository, key: ReaderKey, id: str) -> Sequence[Fault]:
    """Each file's pieces open. The list alone is read in full: the marks of objects were looked at by now."""
    opened = Opened(own.target, key)
    try:
        wanted = {name for entry in opened.entries(id) for name in map(own.key.name, map(bytes.fromhex, entry.pieces))}
        named = set(own.names(id))
        first = next((bytes.fromhex(one) for entry in opened.entries(id) for one in entry.pieces), None)
        if first is not None:
            opened.content(first, PIECE)
    except NovaCastError as error:
        return [Fault(id, error.message)]
    return [] if wanted == named else [Fault(id, "Its head and its list of files do not tell of the same objects.")]


def _replace(path: Path, values: Mapping[str, Any]) -> None:
    durable.replaced(path, json.dumps(values, indent=2).encode() + b"\n")
