"""`novacast letters`: every mail as it would look."""

from html import escape
from pathlib import Path
from typing import Annotated

import typer

from novacast.errors import InvalidInput
from novacast.i18n import Languages
from novacast.notifications.choices.links import UnsubscribeLinks
from novacast.notifications.letters import Letters
from novacast.notifications.previews.service import Previews
from novacast.settings import Settings
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.output import print_json, print_table, say

app = noun_app(
    "Mails: which there are, and how they look.",
    group=True,
    epilog=examples(
        "novacast letters list", "novacast letters show order_paid --language de", "novacast letters save letters/"
    ),
)

Language = Annotated[str, typer.Option("--language", help="BCP 47, such as de; the nearest that there is.")]


@app.command("list", cls=Command, epilog=examples("novacast letters list", "novacast letters list --json"))
def list_(context: typer.Context) -> None:
    """List every mail with its kind, and whether people may switch that off."""
    previews = _previews(settings_of(context))
    found = previews.all()
    if invocation(context).json:
        items = [{"name": one.name, "kind": one.kind.value, "switchable": one.switchable} for one in found]
        print_json({"items": items, "languages": list(previews.languages)})
        return
    print_table(
        ("mail", "kind", ""), [(one.name, one.kind.value, "can be switched off" * one.switchable) for one in found]
    )


@app.command(
    cls=Command,
    epilog=examples("novacast letters show order_paid", "novacast letters show on_air --html > on_air.html"),
)
def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="As `novacast letters list` names it.")],
    language: Language = "",
    html: Annotated[bool, typer.Option("--html", help="The HTML part instead of the text.")] = False,
) -> None:
    """Show one with data of somebody who does not exist. Nothing is sent."""
    one = _previews(settings_of(context)).show(name, language or settings_of(context).language)
    if invocation(context).json:
        print_json(
            {"subject": one.subject, "language": one.language, "headers": dict(one.headers), "text": one.text,
             "html": one.html}
        )  # fmt: skip
    elif html:
        typer.echo(one.html)
    else:
        headers = [f"{header}: {value}" for header, value in (("Subject", one.subject), *one.headers)]
        typer.echo("\n".join([*headers, "", one.text]))


@app.command(cls=Command, epilog=examples("novacast letters save letters/"))
def save(
    context: typer.Context, folder: Annotated[Path, typer.Argument(help="Where; made where it is not there.")]
) -> None:
    """Write every mail in every language as a file, and a page with links to them."""
    previews = _previews(settings_of(context))
    try:
        count = _write(previews, folder)
    except OSError as error:
        raise InvalidInput(f"The mails can't be written to {folder}: {error.strerror}.") from error
    if invocation(context).json:
        print_json({"files": count})
    else:
        say(f"{count} mails are in {folder}. Open index.html there.")


def _write(previews: Previews, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    for known in previews.all():
        for language in previews.languages:
            one = previews.show(known.name, language)
            file = f"{known.name}.{language}.html"
            (folder / file).write_text(one.html, encoding="utf-8")
            lines.append(f'<li><a href="{file}">{known.name}, {language}</a>: {escape(one.subject)}</li>')
    page = f'<!doctype html><meta charset="utf-8"><title>Mails</title><ul>{"".join(lines)}</ul>\n'
    (folder / "index.html").write_text(page, encoding="utf-8")
    return len(lines)


def _previews(settings: Settings) -> Previews:
    """Links in it are signed with no installation's key, and lead nowhere."""
    languages = Languages(settings.language)
    links = UnsubscribeLinks(bytes(32), settings.public_url)
    letters = Letters(languages, settings.instance, settings.mail.sender, links)
    return Previews(letters, languages, settings.public_url)
