"""What HTTPS rests on now, and what will go wrong with it if nobody does anything."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from novacast.clock import DAY, Clock
from novacast.errors import BadSettings
from novacast.operations.tls import Https, due
from novacast.records import dataclass
from novacast.security.tls import Certificate, load
from novacast.settings import Settings

Source = Literal["none", "local", "acme", "own"]

_AUTHORITY_DAYS = 90
"""Devices must install its successor by hand: that takes a while to organize."""


@dataclass(frozen=True, slots=True)
class Status:
    """`source` "none" is plain http, "own" a certificate that NovaCast did not obtain and does not renew."""

    source: Source
    file: Path | None
    certificate: Certificate | None
    authority: Certificate | None
    """The local one, whether or not it is in use."""
    warnings: tuple[str, ...]


def status(settings: Settings, tls: Https, clock: Clock) -> Status:
    """Never raises for a certificate that is missing, damaged or run out: that is what it tells."""
    warnings: list[str] = []
    certificate = None
    file = Path(settings.tls.certificate) if settings.tls.certificate else None
    if file is not None:
        try:
            certificate = load(file, Path(settings.tls.key))
        except BadSettings as error:
            warnings.append(error.message)
    try:
        authority = tls.authority.certificate()
    except BadSettings as error:
        authority = None
        warnings.append(error.message)
    source = _source(settings, tls)
    if certificate is None and not warnings and tls.kept() is not None:
        warnings.append(
            "There is a certificate, but the settings don't name it, so the server speaks plain http. "
            "`novacast tls local --write` (or `novacast tls acme … --write`) names it there."
        )
    if certificate is not None:
        warnings += _of_certificate(certificate, source, settings, clock.now())
        warnings += _of_key(Path(settings.tls.key))
    if authority is not None and source == "local":
        warnings += _of_authority(authority, clock.now())
    return Status(source, file, certificate, authority, tuple(warnings))


def _source(settings: Settings, tls: Https) -> Source:
    if not settings.tls.certificate:
        return "none"
    if not tls.in_force():
        return "own"
    return "local" if tls.authority.current() is not None else "acme"


def _of_certificate(certificate: Certificate, source: Source, settings: Settings, now: int) -> Iterator[str]:
    if now < certificate.not_before:
        yield "The certificate is not valid yet: check this machine's clock."
    elif now >= certificate.not_after:
        yield f"The certificate ran out: browsers refuse it. {_mend(source)}"
    elif due(certificate, now):
        yield f"The certificate runs out in {certificate.days_left(now)} days. {_mend(source)}"
    public = urlsplit(settings.server.public_url).hostname
    if public and not certificate.covers(public):
        yield f"The certificate is not for {public}, which server.public_url names: browsers will warn."
    if settings.server.public_url.startswith("http:"):
        yield "server.public_url begins with http:// although this server speaks https: links in mails won't open."


def _mend(source: Source) -> str:
    if source == "own":
        return "NovaCast did not obtain it and can't renew it: replace the files that [tls] names."
    return "A running server renews it by itself; without one, run `novacast tls renew`."


def _of_key(key: Path) -> Iterator[str]:
    try:
        mode = key.stat().st_mode
    except OSError:
        return
    if mode & 0o007:
        yield f"Everyone on this machine may read the private key {key}. Mend it: chmod o= {key}"


def _of_authority(authority: Certificate, now: int) -> Iterator[str]:
    if authority.not_after - now < _AUTHORITY_DAYS * DAY:
        yield (
            f"The local authority runs out in {max(0, authority.days_left(now))} days. "
            "`novacast tls local --new-authority` makes its successor, which every device must install."
        )
