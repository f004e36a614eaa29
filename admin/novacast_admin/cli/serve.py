"""`novacast serve`: the server in the foreground, as systemd and people start it."""

import gc
from typing import Annotated

import typer

from novacast_admin.cli.command import Command, examples, noun_app, settings_of
from novacast_admin.cli.output import say

app = noun_app("Run the server.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast serve", "novacast serve --host 0.0.0.0 --port 80", "novacast --config /etc/novacast/config.toml serve"
    ),
)
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0: any free one.", min=0, max=65535)] = None,
    worker: Annotated[
        bool | None, typer.Option("--worker/--no-worker", help="Whether a worker is started beside it.")
    ] = None,
) -> None:
    """Run the server until it gets TERM or INT. It migrates the database first and starts a worker of its own."""
    # What a program loads is no garbage, and to look for some in it again and again is a fifth of the whole start. The
    # server turns it on once it serves.
    gc.disable()
    from novacast import app as server

    settings = settings_of(context, server__host=host, server__port=port, jobs__worker=worker)

    def ready(address: str) -> None:
        say(f"NovaCast listens on {address}")
        if settings.server.public_url and settings.server.port:
            # A proxy may stand between the two; without one, this line shows what is missing.
            scheme = "https" if settings.tls.certificate else "plain http"
            say(f"On this machine: {scheme} at port {settings.server.port} of {settings.server.host}.")

    server.serve(settings, ready=ready)
