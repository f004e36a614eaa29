"""Shapes of work and storage as operators see them."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from novacast.clock import iso
from novacast.i18n import translated
from novacast.vods.overview.models import Job
from novacast.vods.storage.bodies import UsageBody
from novacast.vods.storage.models import Finding, Report
from novacast.web import Body, ListQuery, PageBody

State = Literal["live", "done", "failed", "cancelled"]


class JobsQuery(ListQuery):
    state: Annotated[State, Field(description="`live`: all that runs or waits, on one page.")] = "live"


class JobBody(Body):
    kind: Annotated[str, Field(description="`transcode`, `speech` or `download`.")]
    video: str
    title: str
    org_id: str
    state: Annotated[str, Field(description="`queued`, `running`, `done`, `failed` or `cancelled`.")]
    step: str
    progress: Annotated[float | None, Field(description="0 to 1; null: it does not tell.")]
    speed: Annotated[float | None, Field(description="Times real time.")]
    attempts: int
    reason: Annotated[str | None, Field(description="Why it failed, for people.")]
    queued_at: str
    started_at: str | None
    ended_at: str | None

    @classmethod
    def of(cls, job: Job) -> "JobBody":
        return cls(
            kind=job.kind,
            video=job.video_id,
            title=job.title,
            org_id=job.org_id,
            state=job.state,
            step=job.step,
            progress=None if job.progress is None else job.progress / 1000,
            speed=job.speed,
            attempts=job.attempts,
            reason=None if job.reason is None else translated(job.reason),
            queued_at=iso(job.queued_at),
            started_at=iso(job.started_at),
            ended_at=iso(job.ended_at),
        )


class JobsBody(PageBody[JobBody]):
    pass


class QuotaBody(Body):
    bytes: Annotated[int | None, Field(ge=0, description="null: no bound but the disk's.")] = None
    default: Annotated[bool, Field(description="Whatever the settings say; `bytes` does not count then.")] = False


class DiskBody(Body):
    free: Annotated[int, Field(description="Bytes that may still be used.")]


class StrayBody(Body):
    kind: str
    path: Annotated[str, Field(description="Below the data folder, or whole.")]
    bytes: Annotated[int, Field(description="What mending sets free.")]
    video: str | None
    mend: Annotated[str, Field(description="What mending does, for people.")]
    mendable: bool
    done: bool

    @classmethod
    def of(cls, one: Finding, *, done: bool) -> "StrayBody":
        return cls(
            kind=one.kind.value,
            path=str(one.path),
            bytes=one.bytes,
            video=one.video_id,
            mend=translated(one.mend),
            mendable=one.mendable,
            done=done,
        )


class SweepBody(Body):
    items: Sequence[StrayBody]
    young: Annotated[int, Field(description="Files that are too young to tell.")]
    free: int

    @classmethod
    def of(cls, report: Report, done: Sequence[Finding] = ()) -> "SweepBody":
        items = [StrayBody.of(one, done=one in done) for one in report.findings]
        return cls(items=items, young=report.young, free=report.free)


__all__ = ["DiskBody", "JobBody", "JobsBody", "JobsQuery", "QuotaBody", "SweepBody", "UsageBody"]
