"""`novacast video`: bring files in, see how far they are, try again, delete."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from novacast.clock import SECOND, iso
from novacast.errors import InvalidInput
from novacast.folder import DataFolder
from novacast.identity import SYSTEM
from novacast.media.conformance import Report, check_edition
from novacast.vods.imports.models import Wish as ImportWish
from novacast.vods.models import VideoState, Visibility
from novacast.vods.service import Detail, StudioEntry, StudioFilter
from novacast.vods.transcoding.models import Transcode, TranscodeState
from novacast.wiring import Services
from novacast_admin.cli import imports, transcodes, venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import more, print_json, print_table, say

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
        "novacast video import /srv/films --org lantern --visibility organization --dry-run",
        "novacast video import /srv/films --org lantern --link --no-wait --json",
        "novacast video import talk.mkv --org lantern --title 'The talk' --owner ada@lantern.example",
    ),
)
def import_(
    context: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Video files, and folders of them.")],
    org: Annotated[str, typer.Option(help="Short name of the organization they will belong to.")],
    title: Annotated[
        str, typer.Option(help="Title of one file; else what lies beside it says so, or its name does.")
    ] = "",
    language: Annotated[str, typer.Option(help="Language where nothing beside a file says one, such as de.")] = "",
    visibility: Annotated[str, typer.Option(help=f"One of {', '.join(Visibility)}.")] = Visibility.PRIVATE.value,
    owner: Annotated[str | None, typer.Option(help="Address of the person who brings them.")] = None,
    link: Annotated[bool, typer.Option("--link", help="Hard link instead of a copy.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also what the organization has already.")] = False,
    collections: Annotated[
        bool, typer.Option("--collections", help="Make a collection of each folder below those named.")
    ] = False,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    wait: Wait = True,
) -> None:
    """Bring files in and have them transcoded: by the running server's worker, else here.

    With them comes what lies beside them: subtitles (film.de.srt), pictures, and what yt-dlp (.info.json) or
    Kodi (.nfo) wrote about them. What is here already, by its content, is skipped; an import that was cut off goes on
    where it was.
    """
    if visibility not in tuple(Visibility):
        raise InvalidInput.field("visibility", f"{visibility} is none of {', '.join(Visibility)}.")
    settings, as_json = settings_of(context), invocation(context).json
    here = not DataFolder.at(settings.data).held()

    async def work(services: Services) -> tuple[imports.Report, list[Transcode]]:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        owner_id = (await services.accounts.administration.find(SYSTEM, owner)).id if owner else None
        wish = ImportWish(
            organization.id,
            owner_id,
            title,
            language=language,
            visibility=Visibility(visibility),
            link=link,
            again=again,
            shelve=collections,
        )
        with transcodes.bars() as shown:
            report = await imports.bring(services, paths, wish, shown, dry=dry, as_json=as_json)
            titles = {video.id: video.title for video in report.videos}
            ended = await transcodes.follow(services, titles, here=here, shown=shown) if wait and titles else []
        return report, ended

    report, ended = venue.run(settings, work)
    failed = [one for one in ended if one.state is not TranscodeState.DONE]
    if as_json:
        states = {one.video_id: one for one in ended}
        items = [_json(StudioEntry(video, states.get(video.id))) for video in report.videos]
        print_json({"items": items} | report.json())
    else:
        report.tell()
        _explain(failed)
    if failed or report.failures:
        raise typer.Exit(CHECK_FAILED)


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
    """Show all about one video, a failed one's reason included; rungs in brackets are in the making."""

    async def work(services: Services) -> Detail:
        return await services.vods.videos.show(SYSTEM, video_id)

    detail = venue.run(settings_of(context), work)
    entry = _json(StudioEntry(detail.video, detail.transcode)) | {
        "rungs": [{"name": one.name, "width": one.width, "height": one.height} for one in detail.rungs]
    }
    if invocation(context).json:
        print_json(entry)
    else:
        rungs = ", ".join(rung.name if rung.published else f"({rung.name})" for rung in detail.rungs) or "none"
        print_table(("what", "value"), [*((k, v) for k, v in entry.items() if k != "rungs"), ("rungs", rungs)])


@app.command(cls=Command, epilog=examples("novacast video retry k3p5n2w7", "novacast video retry k3p5n2w7 --no-wait"))
def retry(context: typer.Context, video_id: Id, wait: Wait = True) -> None:
    """Try a failed or cancelled transcode again, from where it stopped."""
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


@app.command(cls=Command, epilog=examples("novacast video check k3p5n2w7", "novacast video check k3p5n2w7 --json"))
def check(context: typer.Context, video_id: Id) -> None:
    """Check what is published of a video: its playlists and segments against RFC 8216bis."""

    async def work(services: Services) -> Report:
        playable = await services.vods.source.show(SYSTEM, video_id)
        return await asyncio.to_thread(check_edition, playable.folder)

    report = venue.run(settings_of(context), work)
    if invocation(context).json:
        findings = [{"rule": one.rule, "where": one.where, "message": one.message} for one in report.findings]
        print_json({"id": video_id, "ended": report.ended, "segments": report.segments, "findings": findings})
    else:
        print_table(("rule", "where", "what"), [(one.rule, one.where, one.message) for one in report.findings])
        of = f"{len(report.variants)} variants, {len(report.renditions)} other renditions, {report.segments} segments"
        say(f"{of}{'' if report.ended else ', still growing'}: {len(report.findings) or 'no'} findings.")
    if report.findings:
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
