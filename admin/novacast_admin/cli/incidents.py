"""What of money needs a person, as commands tell it."""

from collections.abc import Sequence

from novacast.clock import iso
from novacast.payments.incidents.models import Incident
from novacast.payments.payouts.models import Mismatch
from novacast.records import dataclass
from novacast_admin.cli.output import say

SAID = {
    "differs": "the provider says {told}, the books {booked}",
    "missing": "the books have {booked} that the provider does not know",
    "unknown": "the provider has {told} that belongs to nothing here",
    "exchanged": "the provider counts {told} in another currency than it was paid in",
    "sum": "a payout of {told}, whose payments come to {booked}",
    "opaque": "a payout of {told} by hand: the provider does not say what is in it",
    "failed": "a payout of {told} that did not reach the bank",
}
"""Amounts in the currency's smallest unit, as everywhere in a shell."""


def told(one: Mismatch) -> str:
    return SAID[one.what].format(told=f"{one.told} {one.currency}", booked=f"{one.booked} {one.currency}")


def mismatch_json(one: Mismatch) -> dict[str, object]:
    return {
        "what": one.what,
        "organization": one.org_id,
        "provider": one.provider,
        "subject": one.subject,
        "code": one.code,
        "order": one.order_id,
        "told": one.told,
        "booked": one.booked,
        "currency": one.currency,
        "at": iso(one.at),
    }


def incident_json(one: Incident) -> dict[str, object]:
    return {
        "id": one.id,
        "organization": one.org_id,
        "kind": one.kind.value,
        "subject": one.subject,
        "code": one.code,
        "detail": one.detail,
        "at": iso(one.at),
        "done_at": iso(one.done_at),
        "note": one.note,
    }


@dataclass(frozen=True, slots=True)
class Money:
    """What stands otherwise at providers, and what nobody has looked at."""

    mismatches: Sequence[Mismatch]
    incidents: Sequence[Incident]

    def json(self) -> dict[str, object]:
        return {
            "mismatches": [mismatch_json(one) for one in self.mismatches],
            "incidents": [incident_json(one) for one in self.incidents],
        }

    def tell(self) -> None:
        for one in self.mismatches:
            say(f"Needs somebody: {one.provider} {one.subject} {one.code}: {told(one)}.")
        for incident in self.incidents:
            say(f"Needs somebody: {incident.kind} {incident.code or incident.subject}: {incident.detail or '-'}.")
