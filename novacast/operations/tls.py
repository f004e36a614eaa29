"""HTTPS for a venue: obtain a certificate, keep it fresh, say what is in force."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from novacast.clock import DAY, Clock
from novacast.errors import BadSettings
from novacast.folder import DataFolder
from novacast.operations.challenges import Challenges
from novacast.operations.tls_plan import Plan
from novacast.records import dataclass
from novacast.security.tls import (
    Certificate,
    LocalAuthority,
    Order,
    TlsFiles,
    addresses_here,
    host,
    host_names_here,
    load,
)
from novacast.settings import Settings
from novacast.settings.edit import set_in_file

RENEW_DAYS = 30
_LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Obtained:
    """`fresh` is false when what was there is still good. `authority` is the local one's certificate."""

    certificate: Certificate
    fresh: bool
    authority: Certificate | None = None
    new_authority: bool = False


def due(certificate: Certificate, now: int) -> bool:
    """Less than 30 days left, or less than a third of a life too short for that."""
    return certificate.not_after - now < min(RENEW_DAYS * DAY, (certificate.not_after - certificate.not_before) // 3)


def names_here() -> list[str]:
    return [*host_names_here(), *addresses_here(), *_LOOPBACK]


class Https:
    """`here` gives the names and addresses by which this machine is reached."""

    def __init__(
        self, settings: Settings, folder: DataFolder, clock: Clock, here: Callable[[], list[str]] = names_here
    ) -> None:
        self._settings, self._folder, self._clock, self._here = settings, folder, clock, here
        self.files = TlsFiles(folder.keys / "tls")
        self.authority = LocalAuthority(self.files, clock)

    def challenges(self, port: int = 80) -> Challenges:
        """HTTP-01 answers; `port` is where port 80 of the outside arrives here."""
        return Challenges(self._folder.cache / "acme", port)

    def local(self, asked: Sequence[str] = (), *, new_authority: bool = False) -> Obtained:
        """A certificate by the local authority, which is made at first. Without `asked`, for the hosts of last time.

        Does nothing while what is there is good for all names and not due. Raises InvalidInput, BadSettings, DiskFull,
        or AlreadyRunning while another does the same.
        """
        hosts = tuple(dict.fromkeys(host(name) for name in asked))
        with self._folder.lock("tls"):
            plan = self.plan()
            if not hosts and plan is not None:
                hosts = plan.hosts
            return self._local(hosts, new_authority=new_authority)

    def _local(self, hosts: tuple[str, ...], *, new_authority: bool) -> Obtained:
        found = list(dict.fromkeys(host(name) for name in [*self._here(), *self._public_host()]))
        authority = self.authority.certificate()
        make = new_authority or authority is None or authority.not_after <= self._clock.now()
        if make:
            authority = self.authority.establish(self._settings.instance, (*hosts, *found))
        # What was asked for and is out of bounds is refused; what was merely found is left out.
        wanted = tuple(dict.fromkeys((*hosts, *(name for name in found if self.authority.vouches_for(name)))))
        current = None if make else self.authority.current()
        if current is not None and not due(current, self._clock.now()) and all(map(current.covers, wanted)):
            self._note(Plan(hosts))
            return Obtained(current, fresh=False, authority=authority)
        self.authority.check(wanted)
        # The note first: if we are killed before the certificate is there, the next renewal makes it.
        self._note(Plan(hosts))
        return Obtained(self.authority.issue(wanted), fresh=True, authority=authority, new_authority=make)

    def _note(self, plan: Plan) -> None:
        if self.plan() != plan:
            plan.keep(self.files.plan)

    def _public_host(self) -> list[str]:
        found = urlsplit(self._settings.server.public_url).hostname
        return [found] if found else []

    async def acme(self, order: Order, *, http_port: int = 80, again: bool = False) -> Obtained:
        """A certificate by ACME. Does nothing while the one from the same directory is not due, unless `again`."""
        with self._folder.lock("tls"):
            return await self._acme(Plan(order=order, http_port=http_port), order, again=again)

    async def _acme(self, wanted: Plan, order: Order, *, again: bool) -> Obtained:
        # The library takes long to load, and most who come here have no use for it.
        from novacast.security.tls.acme import AcmeClient

        plan, current = self.plan(), self.kept()
        same = plan is not None and plan.order is not None and plan.order.directory == order.directory
        good = current is not None and not due(current, self._clock.now()) and all(map(current.covers, order.domains))
        if current is not None and same and good and not again:
            return Obtained(current, fresh=False)
        certificate = await AcmeClient(self.files).obtain(order, self.challenges(wanted.http_port))
        # The note last: an order that fails must not take the place of one that works.
        self._note(wanted)
        return Obtained(certificate, fresh=True)

    async def renew(self) -> Certificate | None:
        """Renew what is due, or what the machine's names have outgrown; None if there was nothing to do."""
        plan = self.plan()
        if plan is None or not self.files.server.exists():
            return None
        if plan.order is not None:
            obtained = await self.acme(plan.order, http_port=plan.http_port)
        else:
            obtained = await asyncio.to_thread(self.local)
        return obtained.certificate if obtained.fresh else None

    def kept(self) -> Certificate | None:
        """The certificate in `server.pem`; None if there is none that works."""
        try:
            return load(self.files.server, self.files.server)
        except BadSettings:
            return None

    def in_force(self) -> bool:
        """Whether the settings name `server.pem`."""
        named = (self._settings.tls.certificate, self._settings.tls.key)
        return all(name and Path(name).absolute() == self.files.server for name in named)

    def adopt(self, config: Path) -> bool:
        """Name `server.pem` in the settings file, leaving the rest of it as it is. Answers whether that was new."""
        return set_in_file(config, "tls", self.lines())

    def lines(self) -> dict[str, str]:
        """What `[tls]` of the settings must say for `server.pem` to be used."""
        return {"certificate": str(self.files.server), "key": str(self.files.server)}

    def plan(self) -> Plan | None:
        return Plan.kept(self.files.plan)
