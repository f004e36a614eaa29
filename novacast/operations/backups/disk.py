"""What the disk says, in words that tell what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novacast.errors import DiskFull, Unavailable


@contextmanager
def understood(place: Path, advice: str) -> Iterator[None]:
    """Raises DiskFull with `advice`, or Unavailable, for what the system refuses at `place`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"No room left in {place}. {advice}") from error
        raise Unavailable(f"{place} can't be written: {error.strerror or error}.") from error
