"""`novacast tls`: HTTPS by this server itself."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from novacast.clock import SystemClock, iso
from novacast.errors import RateLimited
from novacast.folder import DataFolder
from novacast.operations.tls import Https, Obtained
from novacast.operations.tls_status import Status, status
from novacast.security.tls import LETS_ENCRYPT, Certificate, Order, public_domain
from novacast.settings import Settings, config_path, variable
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import print_json, print_table, say

app = noun_app(
    "HTTPS: a certificate for a local network or a public domain.",
    group=True,
    epilog=examples(
        "novacast tls local --write",
        "novacast tls acme --domain tickets.example.org --email you@example.org --agree --write",
        "novacast tls status",
    ),
)

Write = Annotated[bool, typer.Option("--write", help="Name the certificate in the settings file, too.")]


@app.command(
    cls=Command,
    epilog=examples(
        "novacast tls local --write",
        "novacast tls local --host cinema.lan --host 192.168.1.20",
        "novacast tls local --new-authority",
    ),
)
def local(
    context: typer.Context,
    hosts: Annotated[
        list[str] | None,
        typer.Option("--host", help="Name or address to be reached by, besides those this machine has. Repeatable."),
    ] = None,
    new_authority: Annotated[
        bool, typer.Option("--new-authority", help="Replace the authority; every device then installs the new one.")
    ] = False,
    write: Write = False,
) -> None:
    """Make a certificate for the local network, by an authority of this venue's own that devices install once.

    Run again, it does nothing while the certificate is good; a running server renews it by itself.
    """
    settings, tls = _opened(context)
    obtained = tls.local(hosts or (), new_authority=new_authority)
    _tell(context, settings, tls, obtained, write=write)


@app.command(
    cls=Command,
    epilog=examples(
        "novacast tls acme --domain tickets.example.org --email you@example.org --agree --write",
        "novacast tls acme --domain a.example.org --domain b.example.org --agree --http-port 8081",
    ),
)
def acme(
    context: typer.Context,
    domains: Annotated[list[str], typer.Option("--domain", help="Public name that leads here. Repeatable.")],
    email: Annotated[str, typer.Option(help="Where the authority may write to.")] = "",
    agree: Annotated[bool, typer.Option("--agree", help="Agree to the authority's terms of service.")] = False,
    directory: Annotated[str, typer.Option(help="The authority's ACME directory.")] = LETS_ENCRYPT,
    trust: Annotated[
        Path | None, typer.Option(help="Certificate (PEM) that vouches for an authority of your own.", exists=True)
    ] = None,
    http_port: Annotated[
        int, typer.Option("--http-port", help="Port at which port 80 of the outside arrives here.", min=1, max=65535)
    ] = 80,
    again: Annotated[bool, typer.Option("--again", help="Obtain another although this one is good.")] = False,
    write: Write = False,
) -> None:
    """Obtain a certificate that every device trusts, by ACME (RFC 8555), from Let's Encrypt unless told otherwise.

    The authority looks at port 80 of each domain. Where this program may not open it, whatever holds it must pass
    /.well-known/acme-challenge/ on to the running server.
    """
    settings, tls = _opened(context)
    names = tuple(dict.fromkeys(public_domain(name) for name in domains))
    order = Order(names, email, agree, directory, trust.absolute() if trust else None)
    obtained = _run(tls, order, http_port, again=again)
    _tell(context, settings, tls, obtained, write=write)


@app.command(cls=Command, epilog=examples("novacast tls renew"))
def renew(context: typer.Context) -> None:
    """Renew the certificate if it is due, as a running server does by itself."""
    _, tls = _opened(context)
    renewed = asyncio.run(tls.renew())
    if invocation(context).json:
        print_json({"renewed": renewed is not None, "certificate": _shown(renewed)})
    else:
        say("Nothing is due." if renewed is None else f"Renewed, good until {iso(renewed.not_after)}.")


@app.command("status", cls=Command, epilog=examples("novacast tls status", "novacast tls status --json"))
def show(context: typer.Context) -> None:
    """Show which certificate is in force, for whom and how long, and warn of what will go wrong."""
    settings, tls = _opened(context)
    found = status(settings, tls, SystemClock())
    if invocation(context).json:
        print_json(
            {
                "source": found.source,
                "file": None if found.file is None else str(found.file),
                "certificate": _shown(found.certificate),
                "authority": _shown(found.authority),
                "warnings": list(found.warnings),
            }
        )
        return
    print_table(("what", "value"), _rows(found))
    for warning in found.warnings:
        say(f"warning: {warning}")


def _rows(found: Status) -> list[tuple[str, str]]:
    sources = {
        "none": "plain http",
        "local": "https by the local authority",
        "acme": "https by ACME",
        "own": "https with a certificate of your own",
    }
    rows = [("connection", sources[found.source])]
    if found.certificate is not None:
        left = found.certificate.days_left(SystemClock().now())
        rows += [
            ("file", str(found.file)),
            ("names", ", ".join(found.certificate.names)),
            ("issuer", found.certificate.issuer),
            ("valid until", f"{iso(found.certificate.not_after)} ({left} days)"),
            ("fingerprint", found.certificate.fingerprint),
        ]
    if found.authority is not None:
        rows += [
            ("local authority", found.authority.subject),
            ("its fingerprint", found.authority.fingerprint),
            ("it is valid until", iso(found.authority.not_after)),
        ]
    return rows


def _opened(context: typer.Context) -> tuple[Settings, Https]:
    settings = settings_of(context)
    folder = DataFolder.at(settings.data)
    folder.prepare()
    return settings, Https(settings, folder, SystemClock())


def _run(tls: Https, order: Order, http_port: int, *, again: bool) -> Obtained:
    try:
        return asyncio.run(tls.acme(order, http_port=http_port, again=again))
    except RateLimited as error:
        minutes = max(1, round(error.retry_after / 60))
        raise RateLimited(f"{error.message} Try again in {minutes} minutes.", retry_after=error.retry_after) from error


def _tell(context: typer.Context, settings: Settings, tls: Https, obtained: Obtained, *, write: bool) -> None:
    config = config_path(invocation(context).config)
    written = write and tls.adopt(config)
    # Read again: what was written may be overruled by the environment.
    in_force = _opened(context)[1].in_force()
    if invocation(context).json:
        print_json(
            {
                "fresh": obtained.fresh,
                "certificate": _shown(obtained.certificate),
                "authority": _shown(obtained.authority),
                "settings": tls.lines(),
                "written": str(config) if written else None,
            }
        )
        return
    good = f"until {iso(obtained.certificate.not_after)}, for {', '.join(obtained.certificate.names)}"
    say(f"{'A new certificate is good' if obtained.fresh else 'The certificate there is still good'} {good}.")
    if obtained.authority is not None:
        say(f"Fingerprint of the local authority, to compare on devices: {obtained.authority.fingerprint}")
    if written:
        say(f"{config} names it now. Start the server again to speak https.")
    if not in_force and write:
        say(f"But {variable('tls.certificate')} or {variable('tls.key')} in the environment wins over it: unset them.")
    elif not in_force:
        say(f"Write this into {config}, or run the same again with --write; then start the server again:")
        print("[tls]")
        for key, value in tls.lines().items():
            print(f'{key} = "{value}"')
    if settings.server.host in ("127.0.0.1", "::1", "localhost"):
        say('Phones can\'t reach this server yet: set [server] host = "0.0.0.0".')
    if obtained.authority is not None:
        say("Then open /tls of this server on each device: that page puts the authority there.")


def _shown(certificate: Certificate | None) -> dict[str, Any] | None:
    if certificate is None:
        return None
    return {
        "names": list(certificate.names),
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_before": iso(certificate.not_before),
        "not_after": iso(certificate.not_after),
        "fingerprint": certificate.fingerprint,
    }
