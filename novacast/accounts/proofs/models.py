"""When a session's owner was last seen to be its owner."""

from novacast.accounts.sessions.models import Kind
from novacast.clock import MINUTE
from novacast.errors import Forbidden
from novacast.records import dataclass

FRESH = 10 * MINUTE


class ProofNeeded(Forbidden):
    """The log-in is too long ago for this: password or passkey is to be shown once more."""

    code = "proof_needed"


@dataclass(frozen=True, slots=True)
class Proven:
    kind: Kind
    at: int
    """The log-in, or the last proof after it."""
