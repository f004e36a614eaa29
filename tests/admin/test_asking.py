"""`novacast chat` and `novacast logs`, which ask a running server by its socket."""

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.admin.commands import Novacast
from tests.app.venue import Venue, open_venue
from tests.waiting import until


def test_without_a_venue_it_is_said_what_to_do(novacast: Novacast) -> None:
    for words in (("logs",), ("chat", "show", "room"), ("chat", "tail", "room")):
        done = novacast(*words)
        assert done.code == 69, done.err
        assert "novacast init" in done.err
    assert novacast("logs", "--level", "loud").code == 65
    assert novacast("chat", "export", "room", "--form", "pdf").code == 65
    assert novacast("chat", "slow", "room", "5", "--url", "https://tickets.example.org").code == 65


class Shell:
    """Commands beside a running venue."""

    def __init__(self, venue: Venue) -> None:
        self._environment = {**os.environ, "NOVACAST_DATA": str(venue.folder), "HOME": str(venue.folder)}
        self._environment |= {"PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "200", "NO_COLOR": "1"}

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        argv = [sys.executable, "-m", "novacast_admin.cli.main", *words]
        return subprocess.Popen(argv, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words: str) -> str:
        with self.begin(*words) as process:
            out, said = process.communicate(timeout=60)
        assert process.returncode == 0, said
        return out

    def told(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json"))


async def room_of(venue: Venue, owner: str) -> str:
    """A programme's, that is planned."""
    setup = {"name": "Stage", "visibility": "public"}
    channel = await venue.ask("POST", f"/api/v1/organizations/{venue.org}/channels", owner, setup)
    planned = {"title": "Tonight"}
    programme = await venue.ask("POST", f"/api/v1/channels/{channel.json['id']}/programmes", owner, planned)
    assert programme.status == 201, programme.body
    return str(programme.json["id"])


@pytest.mark.slow
async def test_a_room_is_read_slowed_saved_and_kept_in_order_from_the_shell(tmp_path: Path) -> None:
    async with open_venue(tmp_path / "data", NOVACAST_LIVE_RTMP_PORT="0", NOVACAST_LIVE_SRT_PORT="0") as venue:
        shell, owner, visitor = Shell(venue), await venue.token("owner"), await venue.token("visitor")
        room = await room_of(venue, owner)

        async def say(text: str) -> Any:
            said = await venue.ask("POST", f"/api/v1/rooms/{room}/messages", visitor, {"text": text})
            assert said.status == 201, said.body
            return said.json

        first = await say("=the first")
        with shell.begin("chat", "tail", room, "--follow", "--json") as following:
            assert following.stdout is not None
            assert json.loads(following.stdout.readline())["text"] == "=the first"
            second = await say("the second")
            assert json.loads(following.stdout.readline())["id"] == second["id"]
            following.terminate()
        assert f"{first['id']} Visitor" in shell.run("chat", "tail", room)
        rows = list(csv.DictReader(io.StringIO(shell.run("chat", "export", room))))
        assert [one["text"] for one in rows] == ["the second", "'=the first"], "no formula for a spreadsheet"
        lines = shell.run("chat", "export", room, "--form", "json").splitlines()
        assert [json.loads(one)["id"] for one in lines] == [second["id"], first["id"]]
        assert shell.told("chat", "slow", room, "7")["slow_seconds"] == 7
        assert shell.told("chat", "show", room)["room"]["slow_seconds"] == 7
        assert "one message each 7 s" in subprocess_err(shell, "chat", "show", room)
        shell.run("chat", "delete", room, first["id"])
        ban = shell.told("chat", "ban", room, second["author"]["id"], "--minutes", "5", "--reason", "Calm down")
        assert (ban["kind"], ban["reason"]) == ("timeout", "Calm down")
        silent = await venue.ask("POST", f"/api/v1/rooms/{room}/messages", visitor, {"text": "no"})
        assert silent.json["code"] == "timed_out"
        assert [one["id"] for one in shell.told("chat", "bans", room)["items"]] == [ban["id"]]
        assert shell.told("chat", "unban", room, ban["id"])["lifted_at"]


def subprocess_err(shell: Shell, *words: str) -> str:
    with shell.begin(*words) as process:
        return process.communicate(timeout=60)[1]


@pytest.mark.slow
async def test_the_log_is_shown_filtered_and_followed(tmp_path: Path) -> None:
    async with open_venue(tmp_path / "data", NOVACAST_LIVE_RTMP_PORT="0", NOVACAST_LIVE_SRT_PORT="0") as venue:
        shell = Shell(venue)
        await venue.ask("GET", "/nothing-of-the-kind")
        assert "/nothing-of-the-kind" in shell.run("logs")
        assert "/nothing-of-the-kind" not in shell.run("logs", "--level", "error")
        found = [json.loads(one) for one in shell.run("logs", "--grep", "of-the-KIND", "--json").splitlines()]
        assert len(found) == 1
        assert found[0]["logger"] == "novacast.access"
        with shell.begin("logs", "--follow", "--lines", "0", "--grep", "later", "--json") as following:
            assert following.stdout is not None
            reading = asyncio.get_running_loop().run_in_executor(None, following.stdout.readline)

            async def is_told() -> bool:
                await venue.ask("GET", "/later")
                return reading.done()

            try:
                await until(is_told, 60.0)
            finally:
                following.terminate()
            assert "/later" in json.loads(await reading)["message"]
