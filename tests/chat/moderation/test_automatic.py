"""A machine that judges what was said: it holds, deletes nothing, and nobody waits for it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from novacast.chat.moderation.automatic.models import FAILURES, Thresholds
from novacast.chat.moderation.automatic.wordmodel import WordModel
from novacast.chat.moderation.measures import measure
from novacast.errors import BadSettings, Unavailable
from novacast.folder import DataFolder
from novacast.settings import Moderation
from novacast.web.moderations import LARGEST_ANSWER, ModerationServer, read_answer
from tests.chat.moderation.acting import log, rule, undo_last
from tests.chat.world import World, opened
from tests.fakes.clock import FakeClock


class Machine:
    """Finds what says `vile` insulting; waits, or fails, as it is told."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.go = asyncio.Event()
        self.go.set()
        self.fails = False

    async def judge(self, texts: Sequence[str]) -> Sequence[Mapping[str, float]]:
        self.asked.append(list(texts))
        await self.go.wait()
        if self.fails:
            raise Unavailable("It is down.")
        return [{"insult": 0.93 if "vile" in one else 0.1} for one in texts]

    async def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
async def judged(folder: DataFolder, clock: FakeClock, machine: Machine) -> AsyncIterator[World]:
    async with opened(folder, clock, moderation=Moderation(queue=3), judge=machine) as world:
        measure(world.metrics, world.chat.moderation.automatic)
        await rule(world, automatic=True)
        yield world


def counted(world: World, outcome: str) -> float:
    return world.metrics.value("novacast_chat_messages_judged_total", outcome=outcome)


async def test_what_it_finds_is_held_after_it_was_said_and_approved_once_for_all(
    judged: World, machine: Machine
) -> None:
    async with judged.inside("anna") as anna, judged.inside("ben") as ben, judged.inside("moderator") as moderator:
        said = (await anna.does(type="send", text="you vile person"))["message"]
        assert "state" not in said
        assert (await ben.event("deleted"))["id"] == said["id"]
        told = await moderator.event("moderation", lambda one: "hold" in one)
        assert told["hold"] == {"id": said["id"], "reason": "automatic", "detail": "insult 0.93"}
        assert "actor" not in told["entry"]
        await moderator.does(type="approve", message=said["id"])
        shown = await ben.event("message", lambda one: "changed" in one["message"])
        assert shown["message"]["text"] == "you vile person"
        await anna.does(type="edit", message=said["id"], text="you vile  person")
        await ben.event("deleted")
        await moderator.does(type="send", text="vile, says a moderator")
    assert len(machine.asked) == 2
    assert counted(judged, "held") == 2


async def test_what_the_machine_held_is_taken_back_like_anything_else(judged: World) -> None:
    async with judged.inside("ben") as ben:
        await judged.say("anna", "vile")
        await ben.event("deleted")
        assert (await log(judged))[0]["actor"] is None
        assert (await undo_last(judged))["action"] == "message.approved"
        await ben.event("message", lambda one: "changed" in one["message"])


async def test_a_slow_machine_blocks_nobody_and_what_it_has_no_time_for_is_counted(
    judged: World, machine: Machine
) -> None:
    machine.go.clear()
    async with judged.inside("ben") as ben:
        for number in range(9):
            await judged.say(f"guest{number}", f"message {number}")
        assert len(await ben.texts(9)) == 9
        queues = (await judged.ask("moderator", "GET", "ROOM/queues"))[1]["automatic"]
        asked = sum(map(len, machine.asked))
        assert (queues["waiting"], queues["dropped"]) == (3, 6 - asked)
        assert counted(judged, "dropped") == 6 - asked
    machine.go.set()


async def test_a_machine_that_fails_is_left_alone_for_a_while(judged: World, machine: Machine) -> None:
    machine.fails = True
    async with judged.inside("ben") as ben:
        for number in range(FAILURES):
            await judged.say(f"guest{number}", "hello")
            while counted(judged, "failed") < number + 1:
                await asyncio.sleep(0)
        await judged.say("guest8", "nobody judges this yet")
        assert len(await ben.texts(FAILURES + 1)) == FAILURES + 1
    assert len(machine.asked) == FAILURES
    shown = (await judged.ask("moderator", "GET", "ROOM/queues"))[1]["automatic"]
    assert (shown["resting"], shown["waiting"], shown["dropped"]) == (True, 1, FAILURES)


async def test_where_the_rules_do_not_ask_for_it_nothing_is_judged(judged: World, machine: Machine) -> None:
    await rule(judged, automatic=False)
    await judged.say("anna", "vile")
    await rule(judged, automatic=True)
    async with judged.inside("ben") as ben:
        await judged.say("anna", "vile again")
        await ben.event("deleted")
    assert machine.asked == [["vile again"]]


async def test_without_a_machine_the_rule_is_harmless(world: World) -> None:
    await rule(world, automatic=True)
    await world.say("anna", "vile")
    assert (await world.ask("moderator", "GET", "ROOM/queues"))[1]["automatic"]["on"] is False
    await rule(world, who="everyone")


@asynccontextmanager
async def server(answer: Any, seen: list[Any]) -> AsyncIterator[str]:
    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append((request.headers.get("Authorization"), await request.json()))
        found: web.StreamResponse = answer() if callable(answer) else web.json_response(answer)
        return found

    app = web.Application()
    app.router.add_post("/v1/moderations", handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


async def test_a_server_of_the_published_shape_is_asked_for_many_at_once() -> None:
    seen: list[Any] = []
    answer = {
        "results": [
            {"flagged": True, "categories": {"hate": True}, "category_scores": {"hate": 0.9, "violence": 0.01}},
            {"flagged": False, "categories": {"hate": False}},
        ]
    }
    async with server(answer, seen) as base:
        asked = ModerationServer(f"{base}/v1/", "secret", "small", 5)
        found = await asked.judge(["one", "two"])
        await asked.close()
    assert found == [{"hate": 0.9, "violence": 0.01}, {"hate": 0.0}]
    assert seen == [("Bearer secret", {"input": ["one", "two"], "model": "small"})]


@pytest.mark.parametrize(
    "answer",
    [
        {"results": []},
        {"error": "no"},
        lambda: web.Response(status=500),
        lambda: web.Response(status=307, headers={"Location": "http://127.0.0.1:1/"}),
        lambda: web.Response(body=b"x" * (LARGEST_ANSWER + 1)),
        lambda: web.Response(body=b"[" * 100_000),
    ],
)
async def test_whatever_else_a_server_answers_is_a_failure(answer: Any) -> None:
    async with server(answer, []) as base:
        asked = ModerationServer(base, "", "", 5)
        with pytest.raises(Unavailable):
            await asked.judge(["one"])
        await asked.close()


def test_scores_that_can_not_be_are_left_out() -> None:
    told = {"results": [{"category_scores": {"a": "high", "b": float("nan"), "c": 7, "d": None}}, {"flagged": True}, 3]}
    assert read_answer(json.dumps(told).encode(), 3) == [{"c": 1.0}, {"flagged": 1.0}, {}]


async def test_a_model_of_words_reads_as_the_lists_do(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    weights = {"idiot": 6.0, "shut up": 5.0}
    file.write_text(json.dumps({"categories": {"insult": {"bias": -3.0, "weights": weights}}}))
    found = await WordModel.read(file).judge(["good evening", "you 1D10T", "shut up now"])
    assert [round(one["insult"], 2) for one in found] == [0.05, 0.95, 0.88]
    for broken in ("", "[]", '{"categories": {"a": {}}}', '{"categories": {"a": {"weights": {"b": "c"}}}}'):
        file.write_text(broken)
        with pytest.raises(BadSettings):
            WordModel.read(file)


def test_thresholds_are_by_category_and_else_for_all() -> None:
    found = Thresholds.read(["hate=0.5", "*=0.9"])
    assert found.exceeded({"hate": 0.49, "other": 0.89}) is None
    assert found.exceeded({"hate": 0.7, "other": 0.95}) == "hate 0.70"
    assert Thresholds.read(["hate=0.5"]).exceeded({"other": 1.0}) is None
    for wrong in ("hate", "hate=2", "=0.5", "hate=x", "hate=0"):
        with pytest.raises(BadSettings):
            Thresholds.read([wrong])
