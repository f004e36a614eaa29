"""What an attack is, and what is found. Pure."""

from novacast.records import dataclass


@dataclass(frozen=True, slots=True)
class Attack:
    """What nobody may be able to do. `refusal` is part of what the database says instead."""

    name: str
    sql: str
    refusal: str
