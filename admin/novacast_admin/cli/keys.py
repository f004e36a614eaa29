"""`novacast keys`: the keys of an installation, and how one takes over from another."""

import typer

from novacast.clock import SystemClock, iso
from novacast.errors import NotFound
from novacast.folder import DataFolder
from novacast.security.keys import secret
from novacast.security.rings import Ring, Use
from novacast.security.webpush import Vapid
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import print_json, print_table, say

app = noun_app(
    "The installation's keys: look, rotate.",
    group=True,
    epilog=examples("novacast keys show", "novacast keys rotate", "novacast keys retire"),
)

INSTALLATION = "installation"


@app.command(cls=Command, epilog=examples("novacast keys show", "novacast keys show --json"))
def show(context: typer.Context) -> None:
    """What the installation's keys are good for. The keys themselves are never shown.

    They sign addresses to watch at, links to orders and tickets, and access tokens, and they seal secrets in the
    database. Others: tickets are signed by a key of each organization (its page), and certificates have their own
    (`novacast tls`).
    """
    found = _ring(context).keys
    if invocation(context).json:
        print_json({"items": [{"use": one.use.value, "since": iso(one.since) if one.since else None} for one in found]})
        return
    meant = {
        Use.SIGNS: "signs and seals what is new",
        Use.READS: "reads what it signed and sealed",
        Use.OPENS: "opens what it sealed; its signatures count no more",
    }
    print_table(
        ("since", "does"), [(iso(one.since) if one.since else "the beginning", meant[one.use]) for one in found]
    )


@app.command(cls=Command, epilog=examples("novacast keys rotate"))
def rotate(context: typer.Context) -> None:
    """Sign with a new key from now on. Nobody notices, a running show does not either: older keys are still read, and a
    running server follows within ten seconds. Browsers that are pushed something subscribe anew by themselves.
    """
    _ring(context).rotated(SystemClock().now())
    _vapid(context).rotate()
    _done(context, "A new key signs from now on. Older ones are still read: novacast keys retire ends that.")


@app.command(cls=Command, epilog=examples("novacast keys rotate && novacast keys retire"))
def retire(context: typer.Context) -> None:
    """Let signatures of older keys count no more: where somebody else may have one. Rotate first.

    Whoever watches has to open the page again, programs log in again, and links in mails that were sent before lead
    nowhere: to orders and tickets their owners still come by their account. Sealed secrets still open. Browsers
    that have not subscribed anew since are pushed nothing until their owner opens the page of notifications.
    """
    ring = _ring(context)
    count = ring.retired()
    _vapid(context).retire()
    _done(context, f"Signatures of {count} older keys count no more." if count else "There is no older key in force.")


def _vapid(context: typer.Context) -> Vapid:
    return Vapid(DataFolder.at(settings_of(context).data).keys)


def _ring(context: typer.Context) -> Ring:
    folder = DataFolder.at(settings_of(context).data)
    if not folder.database.exists():
        raise NotFound(f"There is no venue in {folder.root}.")
    return secret(folder.keys, INSTALLATION)


def _done(context: typer.Context, words: str) -> None:
    if invocation(context).json:
        print_json({"keys": len(_ring(context).keys)})
    else:
        say(words)
