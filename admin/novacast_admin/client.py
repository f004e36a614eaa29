"""The admin API as the tools use it: typed, over the server's socket or with a token, reconnecting where it listens.

    async with Client(Place.local(settings.data)) as client:
        print((await client.overview()).viewers)
        async for news in client.watch(log="warning"):
            match news:
                case Tonight(): ...        # once a second, whole
                case LogLine(): ...
                case Lost(why, seconds): ...   # and tried again after so many seconds
                case Back(): ...

Every method raises ServerDown where nobody answers, or the error of `novacast.errors` that the server refused with;
its message is for people.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

from novacast.errors import Forbidden, NotFound, NovaCastError, Unauthenticated
from novacast.overview import Alarm, Night, Tonight
from novacast.records import dataclass
from novacast_admin.imports import DataImport, Issue, KeptThing, UndoneImport
from novacast_admin.reading import parsed, read
from novacast_admin.records import (
    Attempt,
    Basket,
    Deed,
    Fact,
    Finding,
    Job,
    LogLine,
    Oddity,
    Operator,
    Order,
    Organization,
    Page,
    Person,
    PersonDetail,
    Proof,
    Setting,
    Stream,
    Sweep,
    Usage,
)
from novacast_admin.transport import Place, ServerDown, Transport

T = TypeVar("T")
ADMIN = "/api/v1/admin"
BACK_OFF = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds until a lost stream is tried again."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The server is not to be heard any more; it is tried again in so many seconds."""

    why: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Back:
    """It is heard (again): what is shown beside the stream should be fetched anew."""


News = Tonight | LogLine | Lost | Back


class Client:
    """Use as `async with Client(place) as client`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._transport = Transport(place)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.__aexit__()

    async def get(self, path: str, **query: Any) -> Any:
        """Any route of the API (`/api/v1/...`), as JSON. Queries that are None or empty are left out."""
        return await self._transport.ask("GET", path, query=query)

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        """The same for what changes something."""
        return await self._transport.ask(method, path, body)

    async def overview(self) -> Tonight:
        return read(Tonight, await self.get(f"{ADMIN}/overview"))

    async def watch(self, log: str = "") -> AsyncIterator[News]:
        """What goes on, for as long as it is iterated; `log`: lines from this weight on as well. Ends only with what no
        waiting mends: raises Unauthenticated, Forbidden, NotFound (an older server)."""
        failures = 0
        while True:
            try:
                first = True
                async for event in self._transport.events(f"{ADMIN}/realtime", {"log": log}):
                    if first:
                        first, failures = False, 0
                        yield Back()
                    if event.name == "state":
                        yield read(Tonight, parsed(event.data))
                    elif event.name == "log":
                        yield read(LogLine, parsed(event.data))
                why = "The server ended the stream; it may be restarting."
            except (Unauthenticated, Forbidden, NotFound):
                raise
            except NovaCastError as error:
                why = error.message
            seconds = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
            failures += 1
            yield Lost(why, seconds)
            await asyncio.sleep(seconds)

    async def facts(self, *topics: str) -> AsyncIterator[Fact]:
        """What happens, from now on, once each; after a break it goes on where it was. Raises as `watch` does."""
        last, failures = "", 0
        while True:
            try:
                async for event in self._transport.events("/api/v1/realtime", {"topics": ",".join(topics)}, last):
                    last, failures = event.id or last, 0
                    if event.name not in ("ready", "reset"):
                        told = parsed(event.data)
                        yield read(Fact, {**told, "topic": event.name} if isinstance(told, dict) else told)
            except (Unauthenticated, Forbidden, NotFound):
                raise
            except NovaCastError:
                pass  # `watch` tells people; here only the way back matters
            await asyncio.sleep(BACK_OFF[min(failures, len(BACK_OFF) - 1)])
            failures += 1

    async def streams(self, q: str = "", cursor: str | None = None, limit: int = 50) -> Page[Stream]:
        return _page(Stream, await self.get(f"{ADMIN}/streams", q=q, cursor=cursor, limit=limit))

    async def begin(self, channel_id: str, title: str) -> None:
        """A new programme that stands by."""
        await self.send("POST", f"/api/v1/channels/{channel_id}/programmes", {"title": title})

    async def channel_log(self, channel_id: str, limit: int = 50) -> list[Mapping[str, Any]]:
        """What was done on it, the latest first."""
        return list((await self.get(f"/api/v1/channels/{channel_id}/log", limit=limit))["items"])

    async def standby(self, programme_id: str) -> None:
        await self.send("POST", f"/api/v1/programmes/{programme_id}/standby")

    async def cut(self, programme_id: str, to: str) -> None:
        """`to`: `auto`, `slate`, `main` or `backup`."""
        await self.send("POST", f"/api/v1/programmes/{programme_id}/cut", {"to": to})

    async def end(self, programme_id: str) -> None:
        await self.send("POST", f"/api/v1/programmes/{programme_id}/end")

    async def drop_rung(self, programme_id: str) -> str:
        """The rung that is no longer made."""
        return str((await self.send("POST", f"{ADMIN}/programmes/{programme_id}/drop-rung"))["rung"])

    async def keys(self, channel_id: str) -> list[Mapping[str, Any]]:
        return list((await self.get(f"/api/v1/channels/{channel_id}/keys", limit=100))["items"])

    async def rotate_key(self, key_id: str) -> Mapping[str, Any]:
        """The new key with its secret, which is nowhere else."""
        found: Mapping[str, Any] = await self.send("POST", f"{ADMIN}/keys/{key_id}/rotate")
        return found

    async def targets(self, channel_id: str) -> list[Mapping[str, Any]]:
        return list((await self.get(f"/api/v1/channels/{channel_id}/targets"))["items"])

    async def switch_target(self, target_id: str, *, on: bool) -> None:
        await self.send("PATCH", f"/api/v1/targets/{target_id}", {"enabled": on})

    async def jobs(self, state: str = "live", cursor: str | None = None, limit: int = 50) -> Page[Job]:
        """`live`: all that runs or waits, in the order of the work; else `done`, `failed` or `cancelled`."""
        return _page(Job, await self.get(f"{ADMIN}/jobs", state=state, cursor=cursor, limit=limit))

    async def retry(self, video_id: str) -> None:
        await self.send("POST", f"/api/v1/videos/{video_id}/transcode/retry")

    async def cancel(self, video_id: str) -> None:
        await self.send("POST", f"/api/v1/videos/{video_id}/transcode/cancel")

    async def move(self, video_id: str, *, first: bool) -> None:
        await self.send("POST", f"{ADMIN}/jobs/{video_id}/{'first' if first else 'last'}")

    async def performances(self, days: int = 31) -> list[Night]:
        found = await self.get(f"{ADMIN}/performances", days=days, limit=200)
        return read(list[Night], found["items"])

    async def baskets(self, performance_id: str) -> list[Basket]:
        return read(list[Basket], (await self.get(f"{ADMIN}/performances/{performance_id}/holds"))["items"])

    async def release(self, hold_id: str) -> None:
        await self.send("DELETE", f"{ADMIN}/holds/{hold_id}")

    async def orders(self, q: str = "", state: str = "", cursor: str | None = None, limit: int = 50) -> Page[Order]:
        return _page(Order, await self.get(f"{ADMIN}/orders", q=q, state=state, cursor=cursor, limit=limit))

    async def gates(self, list_id: str) -> list[Mapping[str, Any]]:
        return list((await self.get(f"/api/v1/checkin-lists/{list_id}/gates"))["gates"])

    async def attempts(self, *, open_only: bool = False, cursor: str | None = None, limit: int = 50) -> Page[Attempt]:
        return _page(Attempt, await self.get(f"{ADMIN}/payments/attempts", open=open_only, cursor=cursor, limit=limit))

    async def incidents(self) -> list[Oddity]:
        return read(list[Oddity], (await self.get(f"{ADMIN}/payments/incidents"))["items"])

    async def verify(self) -> Proof:
        return read(Proof, await self.send("POST", f"{ADMIN}/payments/verify"))

    async def people(
        self, q: str = "", *, suspended: bool = False, cursor: str | None = None, limit: int = 50
    ) -> Page[Person]:
        found = await self.get(f"{ADMIN}/people", q=q, suspended=suspended, cursor=cursor, limit=limit)
        return _page(Person, found)

    async def person(self, person_id: str) -> PersonDetail:
        return read(PersonDetail, await self.get(f"{ADMIN}/people/{person_id}"))

    async def end_sessions(self, person_id: str, session_id: str = "") -> None:
        """One, or all."""
        await self.send("DELETE", f"{ADMIN}/people/{person_id}/sessions{f'/{session_id}' if session_id else ''}")

    async def suspend(self, person_id: str, reason: str) -> Person:
        return read(Person, await self.send("PUT", f"{ADMIN}/people/{person_id}/suspension", {"reason": reason}))

    async def unsuspend(self, person_id: str) -> None:
        await self.send("DELETE", f"{ADMIN}/people/{person_id}/suspension")

    async def send_reset(self, person_id: str) -> None:
        await self.send("POST", f"{ADMIN}/people/{person_id}/password-reset")

    async def set_role(self, person_id: str, org_id: str, role: str | None) -> None:
        await self.send("PUT", f"{ADMIN}/people/{person_id}/roles/{org_id}", {"role": role})

    async def operators(self) -> list[Operator]:
        return read(list[Operator], (await self.get(f"{ADMIN}/operators"))["items"])

    async def grant(self, person_id: str) -> None:
        await self.send("PUT", f"{ADMIN}/operators/{person_id}")

    async def withdraw(self, person_id: str) -> None:
        await self.send("DELETE", f"{ADMIN}/operators/{person_id}")

    async def organizations(self, cursor: str | None = None, limit: int = 100) -> Page[Organization]:
        return _page(Organization, await self.get(f"{ADMIN}/organizations", cursor=cursor, limit=limit))

    async def usage(self, org_id: str) -> Usage:
        return read(Usage, await self.get(f"/api/v1/organizations/{org_id}/storage"))

    async def forecast(self, org_id: str, size: int) -> Mapping[str, Any]:
        """What a file of so many bytes will need."""
        found: Mapping[str, Any] = await self.get(f"/api/v1/organizations/{org_id}/forecast", bytes=size)
        return found

    async def set_quota(self, org_id: str, size: int | None, *, default: bool = False) -> Usage:
        body = {"bytes": size, "default": default}
        return read(Usage, await self.send("PUT", f"{ADMIN}/organizations/{org_id}/quota", body))

    async def sweep(self, *, mend: bool = False) -> Sweep:
        return read(Sweep, await self.send("POST" if mend else "GET", f"{ADMIN}/storage/sweep"))

    async def log(self, level: str = "info", q: str = "", behind: int = 0, limit: int = 200) -> list[LogLine]:
        found = await self.get(f"{ADMIN}/log", level=level, q=q, behind=behind, limit=limit)
        return read(list[LogLine], found["items"])

    async def settings(self) -> list[Setting]:
        return read(list[Setting], (await self.get(f"{ADMIN}/settings"))["items"])

    async def doctor(self, *, encoders: bool = False) -> list[Finding]:
        return read(list[Finding], (await self.get(f"{ADMIN}/doctor", encoders=encoders))["items"])

    async def audit(self, actor: str = "", action: str = "", cursor: str | None = None, limit: int = 50) -> Page[Deed]:
        return _page(Deed, await self.get(f"{ADMIN}/audit", actor=actor, action=action, cursor=cursor, limit=limit))

    def audit_file(self, form: str = "csv") -> AsyncIterator[bytes]:
        """All of the book: `csv`, or `json` with an object a line."""
        return self._transport.file(f"{ADMIN}/audit/export", {"format": form})

    async def imports(self, cursor: str | None = None, limit: int = 50) -> Page[DataImport]:
        return _page(DataImport, await self.get(f"{ADMIN}/imports", cursor=cursor, limit=limit))

    async def begin_import(self, kind: str, name: str, org_id: str = "") -> DataImport:
        body = {"kind": kind, "name": name, "organization": org_id}
        return read(DataImport, await self.send("POST", f"{ADMIN}/imports", body))

    async def bring_file(self, import_id: str, path: Path) -> DataImport:
        return read(DataImport, await self._transport.bring(f"{ADMIN}/imports/{import_id}/file", path))

    async def map_import(self, import_id: str, mapping: Mapping[str, Any]) -> DataImport:
        return read(DataImport, await self.send("PATCH", f"{ADMIN}/imports/{import_id}", {"mapping": mapping}))

    async def run_import(self, import_id: str, *, dry: bool = False) -> DataImport:
        return read(DataImport, await self.send("POST", f"{ADMIN}/imports/{import_id}/run", {"dry": dry}))

    async def stop_import(self, import_id: str) -> None:
        await self.send("POST", f"{ADMIN}/imports/{import_id}/stop")

    async def forget_import(self, import_id: str) -> None:
        await self.send("DELETE", f"{ADMIN}/imports/{import_id}")

    async def undo_import(self, import_id: str) -> None:
        await self.send("POST", f"{ADMIN}/imports/{import_id}/undo")

    async def undone_import(self, import_id: str) -> UndoneImport:
        return read(UndoneImport, await self.get(f"{ADMIN}/imports/{import_id}/undo"))

    async def kept_of_import(self, import_id: str, cursor: str | None = None, limit: int = 100) -> Page[KeptThing]:
        """What stays, as it was touched since."""
        return _page(KeptThing, await self.get(f"{ADMIN}/imports/{import_id}/undo/kept", cursor=cursor, limit=limit))

    async def issues(self, import_id: str, cursor: str | None = None, limit: int = 100) -> Page[Issue]:
        """What it left out."""
        return _page(Issue, await self.get(f"{ADMIN}/imports/{import_id}/issues", cursor=cursor, limit=limit))

    def import_report(self, import_id: str, form: str = "csv") -> AsyncIterator[bytes]:
        """All of that: `csv`, or `json` with an object a line."""
        return self._transport.file(f"{ADMIN}/imports/{import_id}/report", {"format": form})

    async def alarms(self, *, standing: bool = True) -> list[Alarm]:
        """Those that are true now, or the last hundred."""
        return read(list[Alarm], (await self.get(f"{ADMIN}/alarms", standing=standing))["items"])

    async def acknowledge(self, alarm_id: str) -> None:
        await self.send("PUT", f"{ADMIN}/alarms/{alarm_id}/acknowledged")


def _page(kind: type[T], told: Any) -> Page[T]:
    return Page(read(list[kind], told["items"]), told.get("next"))  # type: ignore[valid-type]  # a list of what was asked


__all__ = ["Back", "Client", "Lost", "News", "Place", "ServerDown"]
