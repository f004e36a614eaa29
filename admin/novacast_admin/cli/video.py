"""`novacast video`: bring files in, see how far they are, try again, delete."""

from pathlib import Path
from typing import Annotated

import typer

from novacast.clock import SECOND, iso
from novacast.errors import InvalidInput, NovaCastError
from novacast.folder import DataFolder
from novacast.identity import SYSTEM
from novacast.vods.models import Video, VideoState, Visibility
from novacast.vods.service import Detail, StudioEntry, StudioFilter
from novacast.vods.transcoding.models import Transcode, TranscodeState
from novacast.wiring import Services
from novacast_admin.cli import transcodes, venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import more, print_json, print_table, refuse, say

app = noun_app(
    "Videos: bring in, list, try again, delete.",
    group=True,
    epilog=examples(
        "novacast video import concert.mov --org lantern --visibility public",
        "novacast video list --state failed",
    ),
)

Id = Annotated[str, typer.Argument(metavar="ID", help="Id of the video, as `novacast video list` shows it.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Watch the transcode to its end.")]


@app.command(
    "import",
    cls=Command,
    epilog=examples(
        "novacast video import concert.mov --org lantern",
        "novacast video import *.mp4 --org lantern --visibility public --no-wait",
        "novacast video import talk.mkv --org lantern --title 'The talk' --owner ada@lantern.example",
    ),
)
def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Video files.")],
    org: Annotated[str, typer.Option(help="Short name of the organization they will belong to.")],
    title: Annotated[str, typer.Option(help="Title; made of the file's name if not given.")] = "",
    visibility: Annotated[str, typer.Option(help=f"One of {', '.join(Visibility)}.")] = Visibility.PRIVATE.value,
    owner: Annotated[str | None, typer.Option(help="Address of the person who brings them.")] = None,
    link: Annotated[bool, typer.Option("--link", help="Hard link instead of a copy.")] = False,
    wait: Wait = True,
) -> None:
    """Bring files in and have them transcoded: by the running server's worker, else here."""
    _check(files, title, visibility)
    settings, failures = settings_of(context), 0
    here = not DataFolder.at(settings.data).held()

    async def work(services: Services) -> tuple[list[Video], list[Transcode]]:
        nonlocal failures
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        owner_id = (await services.accounts.administration.find(SYSTEM, owner)).id if owner else None
        brought = []
        with transcodes.bars() as shown:
            for file in files:
                line = shown.add_task(file.name.replace("[", r"\["), total=_size(file), step="copying")
                try:
                    video = await services.vods.imports.bring(
                        file,
                        organization.id,
                        owner_id=owner_id,
                        title=title,
                        visibility=Visibility(visibility),
                        link=link,
                        tell=lambda done, line=line: shown.update(line, completed=done),  # type: ignore[misc]  # bound per file
                    )
                except NovaCastError as error:
                    if len(files) == 1:
                        raise
                    refuse(error)
                    failures += 1
                else:
                    brought.append(video)
                finally:
                    shown.remove_task(line)
            titles = {video.id: video.title for video in brought}
            ended = await transcodes.follow(services, titles, here=here, shown=shown) if wait and titles else []
        return brought, ended

    videos, ended = venue.run(settings, work)
    failed = [one for one in ended if one.state is not TranscodeState.DONE]
    if invocation(context).json:
        states = {one.video_id: one for one in ended}
        print_json({"items": [_json(StudioEntry(video, states.get(video.id))) for video in videos]})
    else:
        for video in videos:
            say(f"{video.id}  {video.title}")
        _explain(failed)
    if failed or failures:
        raise typer.Exit(CHECK_FAILED)


def _check(files: list[Path], title: str, visibility: str) -> None:
    if visibility not in tuple(Visibility):
        raise InvalidInput.field("visibility", f"{visibility} is none of {', '.join(Visibility)}.")
    if title and len(files) > 1:
        raise InvalidInput.field("title", "One title can't be the title of several files.")


@app.command(
    "list",
    cls=Command,
    epilog=examples(
        "novacast video list",
        "novacast video list --org lantern --state failed",
        "novacast video list --text concert --json",
    ),
)
def list_(
    context: typer.Context,
    org: Annotated[str | None, typer.Option(help="Only of this organization (short name).")] = None,
    state: Annotated[str | None, typer.Option(help=f"Only in this state: {', '.join(VideoState)}.")] = None,
    text: Annotated[str, typer.Option(help="Only with these words.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of each organization at most.")] = 100,
    cursor: Annotated[str | None, typer.Option(help="Where the last list ended; needs --org.")] = None,
) -> None:
    """List videos in every state, newest first."""
    if state is not None and state not in tuple(VideoState):
        raise InvalidInput.field("state", f"{state} is none of {', '.join(VideoState)}.")
    if cursor is not None and org is None:
        raise InvalidInput.field("cursor", "A cursor belongs to the list of one organization: give --org as well.")
    wanted = StudioFilter(state=None if state is None else VideoState(state), text=text)

    async def work(services: Services) -> tuple[list[tuple[str, StudioEntry]], str | None]:
        if org is not None:
            places = [await services.accounts.administration.find_organization(SYSTEM, org)]
        else:
            places = list((await services.accounts.administration.organizations(SYSTEM, None, 1000)).items)
        found, next_ = [], None
        for place in places:
            page = await services.vods.videos.studio(SYSTEM, place.id, wanted, cursor=cursor, limit=limit)
            found += [(place.slug, entry) for entry in page.items]
            next_ = page.next or next_
        return found, next_

    entries, next_ = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [_json(entry) | {"organization": slug} for slug, entry in entries], "next": next_})
        return
    print_table(("id", "title", "organization", "state", "visibility", "length"), [_row(*entry) for entry in entries])
    more(next_)


@app.command(cls=Command, epilog=examples("novacast video show k3p5n2w7", "novacast video show k3p5n2w7 --json"))
def show(context: typer.Context, video_id: Id) -> None:
    """Show all about one video, a failed one's reason included."""

    async def work(services: Services) -> Detail:
        return await services.vods.videos.show(SYSTEM, video_id)

    detail = venue.run(settings_of(context), work)
    entry = _json(StudioEntry(detail.video, detail.transcode)) | {
        "rungs": [{"name": one.name, "width": one.width, "height": one.height} for one in detail.rungs]
    }
    if invocation(context).json:
        print_json(entry)
    else:
        rungs = ", ".join(rung.name for rung in detail.rungs) or "none"
        print_table(("what", "value"), [*((k, v) for k, v in entry.items() if k != "rungs"), ("rungs", rungs)])


@app.command(cls=Command, epilog=examples("novacast video retry k3p5n2w7", "novacast video retry k3p5n2w7 --no-wait"))
def retry(context: typer.Context, video_id: Id, wait: Wait = True) -> None:
    """Try a failed or cancelled transcode again, from the beginning."""
    settings = settings_of(context)
    here = not DataFolder.at(settings.data).held()

    async def work(services: Services) -> Transcode:
        transcode = await services.vods.transcoding.retry(SYSTEM, video_id)
        if not wait:
            return transcode
        title = (await services.vods.videos.show(SYSTEM, video_id)).video.title
        with transcodes.bars() as shown:
            return (await transcodes.follow(services, {video_id: title}, here=here, shown=shown))[0]

    transcode = venue.run(settings, work)
    if invocation(context).json:
        print_json({"id": video_id, "state": transcode.state, "reason": transcode.reason})
    if wait and transcode.state is not TranscodeState.DONE:
        _explain([transcode])
        raise typer.Exit(CHECK_FAILED)


@app.command(cls=Command, epilog=examples("novacast video delete k3p5n2w7", "novacast video delete k3p5n2w7 --yes"))
def delete(
    context: typer.Context,
    video_id: Id,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a video and its files. There is no way back."""
    settings = settings_of(context)
    if not yes:
        title = venue.run(settings, lambda services: services.vods.videos.show(SYSTEM, video_id)).video.title
        typer.confirm(f"Delete {title!r} for good?", abort=True, err=True)
    venue.run(settings, lambda services: services.vods.videos.delete(SYSTEM, video_id))
    if invocation(context).json:
        print_json({"id": video_id})
    else:
        say(f"{video_id} is deleted; a worker removes its files.")


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


def _explain(failed: list[Transcode]) -> None:
    for one in failed:
        say(f"{one.video_id} {one.state}: {one.reason or 'no reason was given'}")


def _row(slug: str, entry: StudioEntry) -> tuple[object, ...]:
    video, transcode = entry.video, entry.transcode
    state = video.state.value
    if transcode is not None and transcode.state in (TranscodeState.QUEUED, TranscodeState.RUNNING):
        state = f"{state} {transcode.progress // 10} %"
    length = "" if video.duration is None else f"{video.duration / SECOND:.1f} s"
    return video.id, video.title, slug, state, video.visibility.value, length


def _json(entry: StudioEntry) -> dict[str, object]:
    video, transcode = entry.video, entry.transcode
    return {
        "id": video.id,
        "title": video.title,
        "state": video.state.value,
        "visibility": video.visibility.value,
        "seconds": None if video.duration is None else video.duration / SECOND,
        "source": video.source_name,
        "bytes": video.source_bytes,
        "created_at": iso(video.created_at),
        "transcode": None if transcode is None else transcode.state.value,
        "progress": None if transcode is None else transcode.progress / 1000,
        "reason": None if transcode is None else transcode.reason,
    }
