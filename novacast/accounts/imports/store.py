"""SQL of what was done with people since they came over."""

from novacast.database import Query


def touched(person_id: str) -> Query[bool]:
    """Whether anybody has used, or changed, an account since it was made."""
    return Query(
        "SELECT 1 FROM people WHERE id = ?1 AND (updated_at <> created_at "
        "OR EXISTS (SELECT 1 FROM sessions WHERE person_id = ?1) "
        "OR EXISTS (SELECT 1 FROM passkeys WHERE person_id = ?1) "
        "OR EXISTS (SELECT 1 FROM identities WHERE person_id = ?1) "
        "OR EXISTS (SELECT 1 FROM account_events WHERE person_id = ?1))",
        (person_id,),
        lambda _: True,
    )
