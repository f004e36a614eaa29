"""What every request needs at hand: made once by `web.server`, given to middlewares and endpoints."""

from novacast.clock import Clock
from novacast.i18n import Languages
from novacast.limits import RateLimiter
from novacast.metrics import Metrics
from novacast.records import dataclass
from novacast.settings import Settings
from novacast.web.authentication import Authenticator
from novacast.web.badge import Collected, nothing
from novacast.web.idempotency import Answers
from novacast.web.parsing import BodyReader
from novacast.web.protection import Edge
from novacast.web.templates import Templates
from novacast.web.trail import Trail


@dataclass(frozen=True, slots=True)
class Kit:
    settings: Settings
    authenticator: Authenticator
    clock: Clock
    limiter: RateLimiter
    languages: Languages
    metrics: Metrics
    answers: Answers
    bodies: BodyReader
    edge: Edge
    templates: Templates
    trail: Trail | None = None
    """Where it is written down what operators do; None: nowhere."""
    collected: Collected = nothing
    """What pages show of somebody's basket."""
