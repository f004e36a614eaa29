"""Where a list that is shown newest first goes on: behind the instant and the id of the last one shown."""

from novacast.database import keyset

START = (2**63 - 1, "")


def behind(cursor: str | None) -> tuple[int, str]:
    """Raises InvalidInput for what is no cursor."""
    key = keyset(cursor, int, str)
    return START if key is None else (key[0], key[1])
