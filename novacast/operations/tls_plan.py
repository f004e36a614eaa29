"""The note of how a certificate was obtained, so that it can be obtained again when it runs out."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from novacast.errors import BadSettings, InvalidInput
from novacast.records import dataclass
from novacast.security.tls import Order, host, public_domain, read, replace


@dataclass(frozen=True, slots=True)
class Plan:
    """Either an ACME order, or the hosts that were asked of the local authority."""

    hosts: tuple[str, ...] = ()
    order: Order | None = None
    http_port: int = 80
    """Where port 80 of the outside arrives on this machine."""

    @classmethod
    def kept(cls, file: Path) -> "Plan | None":
        """None before anything was obtained. Raises BadSettings for a damaged note."""
        text = read(file)
        if text is None:
            return None
        try:
            fields = json.loads(text)
            if (order := fields["order"]) is not None:
                return cls(order=_order(order), http_port=int(fields["http_port"]))
            return cls(tuple(host(name) for name in fields["hosts"]))
        except (ValueError, KeyError, TypeError, AttributeError, InvalidInput) as error:
            raise BadSettings(
                f"{file} is damaged. Delete it, and run `novacast tls local` or `novacast tls acme` once more."
            ) from error

    def keep(self, file: Path) -> None:
        order = None if self.order is None else {**asdict(self.order), "trust": str(self.order.trust or "")}
        replace(file, json.dumps({**asdict(self), "order": order}, indent=2).encode())


def _order(fields: dict[str, Any]) -> Order:
    return Order(
        domains=tuple(public_domain(name) for name in fields["domains"]),
        email=str(fields["email"]),
        agreed=fields["agreed"] is True,
        directory=str(fields["directory"]),
        trust=Path(fields["trust"]) if fields["trust"] else None,
    )
