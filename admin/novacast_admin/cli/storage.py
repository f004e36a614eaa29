"""`novacast storage`: what takes room, who may have how much, what a video will need, and what can go."""

import re
from pathlib import Path
from typing import Annotated

import typer

from novacast.errors import InvalidInput
from novacast.identity import SYSTEM
from novacast.media.probe import ProbeBounds, probe
from novacast.vods.cards import size_of
from novacast.vods.storage.models import Finding, Forecast, Report, Usage
from novacast.vods.transcoding.plan import Choices, Plan
from novacast.wiring import Services
from novacast_admin.cli import venue
from novacast_admin.cli.command import Command, examples, invocation, noun_app, settings_of
from novacast_admin.cli.exits import CHECK_FAILED
from novacast_admin.cli.output import print_json, print_table, say

app = noun_app(
    "Room on the disk: what takes it, who may have how much, what can go.",
    group=True,
    epilog=examples("novacast storage show", "novacast storage sweep", "novacast storage quota lantern 500GB"),
)

PARTS = ("originals", "renditions", "downloads", "pictures", "captions", "arriving")
UNITS = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}


@app.command(cls=Command, epilog=examples("novacast storage show", "novacast storage show --json"))
def show(context: typer.Context) -> None:
    """How much room each organization's videos take, and how much is left on the disk."""

    async def work(services: Services) -> tuple[list[tuple[str, Usage]], int]:
        found, cursor = [], None
        while True:
            page = await services.accounts.administration.organizations(SYSTEM, cursor, 1000)
            found += [(org.slug, await services.vods.quotas.usage(SYSTEM, org.id)) for org in page.items]
            if (cursor := page.next) is None:
                return found, await services.vods.storage.free()

    usages, free = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json({"items": [_json(slug, usage) for slug, usage in usages], "free": free})
        return
    columns = ("organization", *PARTS, "used", "may have")
    print_table(columns, [_row(slug, usage) for slug, usage in usages])
    say(f"{size_of(free)} may still be used on the disk.")


@app.command(
    cls=Command,
    epilog=examples(
        "novacast storage quota lantern",
        "novacast storage quota lantern 500GB",
        "novacast storage quota lantern default",
    ),
)
def quota(
    context: typer.Context,
    organization: Annotated[str, typer.Argument(help="Short name of the organization.")],
    size: Annotated[
        str, typer.Argument(help="Such as 500GB or 2TiB; none for no bound, default for what the settings say.")
    ] = "",
) -> None:
    """Show or set how much room an organization may have, with all that is made of its videos."""
    wanted = _size(size) if size not in ("", "none", "default") else None

    async def work(services: Services) -> Usage:
        org = await services.accounts.administration.find_organization(SYSTEM, organization)
        if size == "default":
            return await services.vods.quotas.unset(SYSTEM, org.id)
        if size:
            return await services.vods.quotas.set(SYSTEM, org.id, wanted)
        return await services.vods.quotas.usage(SYSTEM, org.id)

    usage = venue.run(settings_of(context), work)
    if invocation(context).json:
        print_json(_json(organization, usage))
    else:
        bound = "without a bound" if usage.quota is None else f"of {size_of(usage.quota)}"
        say(f"{organization} uses {size_of(usage.used)} {bound}.")


@app.command(cls=Command, epilog=examples("novacast storage forecast concert.mov --org lantern"))
def forecast(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A video file.")],
    org: Annotated[str, typer.Option(help="Short name of the organization; its past videos are the measure.")],
) -> None:
    """What a file will need before it is brought: room for its renditions, and time."""
    settings = settings_of(context)

    async def work(services: Services) -> tuple[int, Forecast]:
        organization = await services.accounts.administration.find_organization(SYSTEM, org)
        info = await probe(file, ProbeBounds(pixels=settings.transcode.max_pixels, hours=settings.transcode.max_hours))
        plan = Plan.of(info, Choices.of(settings.transcode))
        return info.size, await services.vods.forecasts.of(organization.id, plan)

    original, told = venue.run(settings, work)
    if invocation(context).json:
        told_json = {"renditions": told.bytes, "seconds": told.seconds, "measured": told.measured}
        print_json({"original": original, **told_json})
        return
    basis = "after past videos" if told.measured else "by the ladder: there are too few past videos to go by"
    say(f"Renditions: {size_of(told.bytes)} ({basis}), beside the original's {size_of(original)}.")
    say("Time: not known yet." if told.seconds is None else f"Time: about {told.seconds / 60:.1f} minutes.")


@app.command(cls=Command, epilog=examples("novacast storage retention", "novacast storage retention --json"))
def retention(context: typer.Context) -> None:
    """How long things are kept, and how much of each the next sweep takes. Nothing is changed."""
    dues = venue.run(settings_of(context), lambda services: services.operations.retention.report(SYSTEM))
    if invocation(context).json:
        listed = [
            {"name": one.rule.name, "about": one.rule.about, "days": one.rule.days, "due": one.rows} for one in dues
        ]
        print_json({"items": listed})
        return
    rows = [(one.rule.name, str(one.rule.days or "for ever"), str(one.rows), one.rule.about) for one in dues]
    print_table(("setting", "days", "due", "what"), rows)


@app.command(
    cls=Command,
    epilog=examples("novacast storage sweep", "novacast storage sweep --apply", "novacast storage sweep --json"),
)
def sweep(
    context: typer.Context,
    apply: Annotated[bool, typer.Option("--apply", help="Do what is offered.")] = False,
) -> None:
    """Find files without rows and rows without files, and say what can be done; with --apply, do it.

    Nothing is touched that is less than an hour old or in the hands of a worker. Without --apply the exit code is 1
    where something was found.
    """

    async def work(services: Services) -> tuple[Report, list[Finding]]:
        report = await services.vods.storage.report()
        return report, await services.vods.storage.mend(report) if apply else []

    report, done = venue.run(settings_of(context), work)
    if invocation(context).json:
        items = [_found(one) | {"done": one in done} for one in report.findings]
        print_json({"items": items, "young": report.young, "free": report.free})
    else:
        rows = [
            (one.kind.value, one.path, size_of(one.bytes) if one.bytes else "", "done" if one in done else one.mend)
            for one in report.findings
        ]
        if rows:
            print_table(("what", "where", "size", "done" if apply else "what can be done"), rows)
        say(f"{len(report.findings)} found, {report.young} too young to tell.")
    if len(done) < len(report.findings):
        raise typer.Exit(CHECK_FAILED)


def _size(told: str) -> int:
    match = re.fullmatch(r"(\d{1,18}(?:\.\d{1,6})?)\s*([a-z]*)", told.strip().lower(), re.ASCII)
    if match is None or match[2] not in UNITS:
        raise InvalidInput.field("size", f"{told} is no size. Write 500GB, 2TiB, none or default.")
    return round(float(match[1]) * UNITS[match[2]])


def _json(slug: str, usage: Usage) -> dict[str, object]:
    return {
        "organization": slug,
        **{part: getattr(usage, part) for part in PARTS},
        "used": usage.used,
        "quota": usage.quota,
    }


def _row(slug: str, usage: Usage) -> tuple[object, ...]:
    sizes = (*(getattr(usage, part) for part in PARTS), usage.used)
    return slug, *map(size_of, sizes), "" if usage.quota is None else size_of(usage.quota)


def _found(one: Finding) -> dict[str, object]:
    return {
        "kind": one.kind.value,
        "path": str(one.path),
        "bytes": one.bytes,
        "video": one.video_id,
        "mend": one.mend,
        "mendable": one.mendable,
    }
