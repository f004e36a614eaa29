"""The folder `keys/tls/`: each file is for its owner alone and replaced as a whole or not at all."""

import errno
from pathlib import Path

from novacast import durable
from novacast.errors import BadSettings, DiskFull
from novacast.records import dataclass

_LARGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TlsFiles:
    root: Path

    @property
    def server(self) -> Path:
        """Chain, then private key (PEM): what the settings name as both certificate and key."""
        return self.root / "server.pem"

    @property
    def authority(self) -> Path:
        """The local CA's certificate (PEM). Public: it is what devices install."""
        return self.root / "ca.crt"

    @property
    def authority_key(self) -> Path:
        return self.root / "ca.key"

    @property
    def plan(self) -> Path:
        """How `server.pem` was obtained (JSON), so that it can be renewed."""
        return self.root / "plan.json"

    def account(self, directory: str) -> Path:
        """The ACME account at a directory: `directory` is a digest of its address."""
        return self.root / f"account-{directory}.json"

    def prepare(self) -> None:
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _refused(self.root, error) from error


def read(path: Path) -> bytes | None:
    """None if there is no such file. Raises BadSettings for what can't be read or can't be ours."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadSettings(f"{path} can't be read: {error.strerror}. Mend its owner and permissions.") from error
    if len(data) > _LARGEST:
        raise BadSettings(f"{path} is too large to be a certificate or key.")
    return data


def replace(path: Path, data: bytes) -> None:
    """As `durable.replaced`. Raises BadSettings, DiskFull."""
    try:
        durable.replaced(path, data)
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: OSError) -> BadSettings | DiskFull:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"No room left on the disk that holds {path}. Free some and try again.")
    return BadSettings(f"{path} can't be written: {error.strerror}. Mend the folder's owner and permissions.")
