"""`novacast worker`: the worker by itself, beside a server that starts none."""

import typer

from novacast_admin.cli.command import Command, examples, noun_app, settings_of

app = noun_app("Run a worker on its own, for transcodes and mail.")


@app.command(cls=Command, epilog=examples("novacast worker", "novacast worker --data /srv/lantern"))
def worker(context: typer.Context) -> None:
    """Run a worker until it gets TERM or INT. Jobs under way are stopped, and taken up again by the next one."""
    from novacast import logs
    from novacast import worker as root

    settings = settings_of(context)
    logs.configure(settings.log.level, settings.log.format)
    root.run(settings)
