"""`novacast demo`: one command from nothing to a venue that can be looked around in."""

import asyncio
import errno
import os
import shlex
import socket
import sys
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from novacast.errors import Conflict, MediaFailure
from novacast.folder import DataFolder
from novacast.media.ffmpeg import find_ffmpeg
from novacast.media.samples import SAMPLES
from novacast.settings import Settings, load
from novacast.vods.transcoding.models import TranscodeState
from novacast_admin import demo as stage
from novacast_admin import hall
from novacast_admin.cli import transcodes, venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app
from novacast_admin.cli.output import out, print_json, print_table, say
from novacast_admin.main_stage import MainStage, Shown
from novacast_admin.stripe_stand_in import SECRET_KEY, SIGNING

app = noun_app("Start a whole venue with people and videos, to look around in.")

PORT, RTMP_PORT, STRIPE_PORT, TRIES = 8080, 1935, 8090, 20
HOST = "127.0.0.1"
PAGES = (
    ("", "home"),
    ("/login", "log in"),
    ("/studio", "bring videos in"),
    ("/events", "what is on"),
    ("/studio/tickets", "the box office"),
    ("/api/docs", "the API"),
    ("/demo/mail", "mails"),
)


@app.command(
    cls=Command,
    epilog=examples(
        "novacast demo",
        "novacast demo --stripe",
        "novacast demo --data ~/lantern",
        "novacast demo --port 9000",
        "novacast demo --no-live",
    ),
)
def demo(
    context: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help=f"Port to listen on; without it {PORT} or the next that is free."),
    ] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Start the server when all is made.")] = True,
    live: Annotated[bool, typer.Option("--live/--no-live", help="Have a test card on air while it serves.")] = True,
    stripe: Annotated[
        bool, typer.Option("--stripe", help="Take cards as well, at a stand-in for Stripe on this machine.")
    ] = False,
) -> None:
    """Make a venue with people for each role, three videos, one of them for rent, a channel on air and an evening on
    sale, and serve it to this machine alone.

    Started again, it goes on where it stopped. Its passwords are known to everyone, so it listens on loopback only.
    """
    if stripe and port == 0:
        port = _any_free()  # whoever takes cards has to know where buyers come back to
    cards = _free_for_cards() if stripe and serve else 0
    settings = _settings(context, _free(port) if serve else PORT, _free_for_encoders(port) if serve else 0, cards)
    folder = DataFolder.at(settings.data)
    folder.prepare()
    with folder.lock():
        record = stage.Record(folder)
        record.claim()
        venue.up_to_date(settings, folder, locked=True)
        if not record.complete:
            asyncio.run(_make(settings, folder))
            record.finish()
    if not serve:
        _show(settings.public_url, folder, as_json=invocation(context).json)
        return
    from novacast import app as server

    as_json, main_stage = invocation(context).json, MainStage()

    def ready(address: str) -> None:
        _show(address, folder, as_json=as_json, on_air=main_stage.shown, cards=settings.stripe.base_url)

    with _cards(settings, folder, cards):
        server.serve(settings, demo=True, ready=ready, beside=main_stage.running if live else hall.running)


def _cards(settings: Settings, folder: DataFolder, port: int) -> AbstractContextManager[object]:
    """Whoever takes cards, while the demo serves; nobody where no port is given."""
    if not port:
        return nullcontext()
    # The web server and Stripe's SDK are loaded by it.
    from novacast_admin.stripe_stand_in.running import beside

    return beside(folder.root, port, f"{settings.public_url}/api/v1/webhooks/stripe")


def _settings(context: typer.Context, port: int, rtmp_port: int, cards: int) -> Settings:
    """The demo's own: the settings of a real venue (its mail server, its public address) are none of its business."""
    given = invocation(context)
    chosen: dict[str, Any] = {} if given.data is None else {"data": given.data}
    return load(
        given.config or Path(os.devnull),
        state="novacast-demo",
        **chosen,
        instance=stage.ORGANIZATION,
        server__host=HOST,
        server__port=port,
        server__public_url="",
        tls__certificate="",
        tls__key="",
        mail__method="folder",
        tickets__mode="test",
        live__rtmp_host=HOST,
        live__rtmp_port=rtmp_port,
        live__srt_port=0,
        stripe__secret_key=SECRET_KEY if cards else "",
        stripe__webhook_secrets=(SIGNING,) if cards else (),
        stripe__base_url=f"http://{HOST}:{cards}" if cards else "",
    )


async def _make(settings: Settings, folder: DataFolder) -> None:
    say(f"Making a venue in {folder.root}. This happens once.")
    ffmpeg = await find_ffmpeg(folder.cache, explicit=settings.transcode.ffmpeg)
    async with venue.opened(settings) as services:
        organization = await stage.cast(services)
        there = {video.source_name: video for video in await stage.brought(services, organization)}
        with transcodes.bars() as shown:
            for sample in SAMPLES:
                if stage.file_name(sample) not in there:
                    line = shown.add_task(sample.title, total=None, step="filming")
                    file = await stage.film(ffmpeg, sample, folder.cache)
                    video = await stage.bring(services, organization, sample, file)
                    there[video.source_name] = video
                    shown.remove_task(line)
            titles = {video.id: video.title for video in there.values()}
            ended = await transcodes.follow(services, titles, here=True, shown=shown)
        for transcode in ended:
            if transcode.state is not TranscodeState.DONE:
                raise MediaFailure(f"{titles[transcode.video_id]} could not be transcoded: {transcode.reason}")
        await stage.sell(services, organization)


def _free(port: int | None) -> int:
    """The port that was asked for, or the first free one from the usual one on. Raises Conflict."""
    if port is not None:
        if port and not _can_listen(port):
            raise Conflict(f"Another program listens on port {port}. Give another one with --port.")
        return port
    for candidate in range(PORT, PORT + TRIES):
        if _can_listen(candidate):
            if candidate != PORT:
                say(f"Another program listens on port {PORT}; {candidate} is used.")
            return candidate
    raise Conflict(f"Ports {PORT} to {PORT + TRIES - 1} are all taken. Give a free one with --port.")


def _free_for_encoders(port: int | None) -> int:
    """The usual port of RTMP, or the next that is free; 0, for none, where all are taken. Where the server's own port
    is any free one (0), so is this.
    """
    if port == 0:
        return RTMP_PORT
    for candidate in range(RTMP_PORT, RTMP_PORT + TRIES):
        if _can_listen(candidate):
            if candidate != RTMP_PORT:
                say(f"Another program listens on port {RTMP_PORT}; encoders are taken at {candidate}.")
            return candidate
    say(f"Ports {RTMP_PORT} to {RTMP_PORT + TRIES - 1} are all taken: nothing goes on air.")
    return 0


def _free_for_cards() -> int:
    """The same as at the last start where it can be: links of orders lead there. Raises Conflict."""
    for candidate in range(STRIPE_PORT, STRIPE_PORT + TRIES):
        if _can_listen(candidate):
            return candidate
    raise Conflict(f"Ports {STRIPE_PORT} to {STRIPE_PORT + TRIES - 1} are all taken: nothing can take cards.")


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _can_listen(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True


def _show(address: str, folder: DataFolder, *, as_json: bool, on_air: Shown | None = None, cards: str = "") -> None:
    if as_json:
        people = [{"email": one.email, "name": one.name, "role": one.role} for one in stage.CAST]
        said = {"address": address, "data": str(folder.root), "password": stage.PASSWORD, "people": people}
        print_json(said | ({} if on_air is None else {"on_air": asdict(on_air)}) | ({"stripe": cards} if cards else {}))
        return
    pages = list(PAGES)
    if on_air is not None:
        pages[1:1] = [
            (on_air.watch, "what is on air now"),
            (on_air.channel, "its channel"),
            (on_air.next, "what comes next"),
            (on_air.event, "what tickets are sold for"),
            (on_air.door, "its door, to scan them"),
        ]
    out.print()
    places = [(f"{address}{path}", about) for path, about in pages]
    if cards:
        places.append((cards, "a stand-in for Stripe: what was paid by card, disputes, payouts"))
    print_table(("address", "what is there"), places)
    if on_air is not None and on_air.rtmp:
        say(f"Encoders send to {on_air.rtmp}, with a stream key made on the channel's page in the studio.")
    out.print()
    print_table(
        ("log in as", "password", "name", "part"),
        [(one.email, stage.PASSWORD, one.name, f"{one.part} ({one.role or 'none'})") for one in stage.CAST],
    )
    out.print()
    say(f"The console, in another terminal: {shlex.join([sys.argv[0], 'admin', '--data', str(folder.root)])}")
    say(f"Everything is in {folder.root}. Ctrl-C stops the server; run it again to go on.")
