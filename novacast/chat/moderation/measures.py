"""What an operator sees of moderation."""

from novacast.chat.moderation.automatic.service import OUTCOMES, Automatic
from novacast.metrics import Metrics


def measure(metrics: Metrics, automatic: Automatic) -> None:
    judged = metrics.counter(
        "chat_messages_judged",
        "Messages that a machine was to judge; dropped and failed ones went unjudged.",
        "outcome",
    )
    for outcome in OUTCOMES:
        judged.labels(outcome)
    automatic.count = lambda outcome, number: judged.labels(outcome).inc(number)
    waiting = metrics.gauge("chat_messages_waiting_to_be_judged", "Messages that wait for the machine.")
    waiting.set_function(lambda: automatic.shown().waiting)
