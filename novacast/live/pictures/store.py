"""All SQL about pictures."""

from novacast.database import Query


def named() -> Query[str]:
    """Of everything that has one."""
    return Query(
        """SELECT poster FROM channels WHERE poster IS NOT NULL UNION ALL SELECT slate FROM channels
        WHERE slate IS NOT NULL UNION ALL SELECT poster FROM programmes WHERE poster IS NOT NULL""",
        (),
        lambda row: str(row[0]),
    )
