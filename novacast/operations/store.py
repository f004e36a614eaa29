"""Questions to the database about itself."""

from novacast.database import Query

DAMAGES_SHOWN = 5


def damages() -> Query[str]:
    """The first few damages that SQLite sees without reading indexes against tables; a lone `ok` when there is none."""
    return Query(f"PRAGMA quick_check({DAMAGES_SHOWN})", (), lambda row: str(row[0]))


def broken_references() -> Query[tuple[str, str]]:
    """Table and missing parent of rows that point nowhere."""
    return Query(
        'SELECT DISTINCT "table", parent FROM pragma_foreign_key_check LIMIT 5', (), lambda row: (row[0], row[1])
    )
