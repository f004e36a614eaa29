"""Who may do what no role of an organization allows."""

from novacast.errors import Forbidden
from novacast.i18n import text
from novacast.identity import Principal

_OPERATORS_ONLY = text(
    "Only operators of this server may do this: on its own machine, or with a token of theirs of the scope 'admin'."
)


def operates(principal: Principal) -> None:
    """Raises Forbidden for everybody else."""
    if not principal.system:
        raise Forbidden(_OPERATORS_ONLY)
