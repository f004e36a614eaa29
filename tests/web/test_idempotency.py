"""Idempotency-Key: the answer comes again, the effect does not."""

import asyncio
import logging

import pytest

from novacast.clock import HOUR, SECOND
from novacast.web.idempotency import Answers
from tests.web.house import WITHIN, House, Open

KEY = {"Idempotency-Key": "wish-1"}
KEEPING = bytes(32)


async def test_a_repetition_gets_the_same_answer_and_makes_nothing(house: House) -> None:
    answers = []
    for _ in range(3):
        async with house.ask("POST", "/api/v1/things", json={"title": "one"}, headers=KEY) as response:
            answers.append((response.status, await response.read(), response.headers.get("Idempotent-Replayed")))
    assert answers[0] == (201, answers[0][1], None)
    assert answers[1] == answers[2] == (201, answers[0][1], "true")
    assert await house.log.titles() == ["one"]


async def test_an_empty_answer_is_repeated_as_well(house: House) -> None:
    for replayed in (None, "true"):
        async with house.ask("POST", "/api/v1/quiet", json={"title": "one"}, headers=KEY) as response:
            assert (response.status, response.headers.get("Idempotent-Replayed")) == (204, replayed)
    assert await house.log.titles() == ["one"]


async def test_without_a_key_each_request_counts(house: House) -> None:
    for _ in range(2):
        assert (await house.json("POST", "/api/v1/things", json={"title": "one"}))[0] == 201
    assert await house.log.titles() == ["one", "one"]


@pytest.mark.parametrize(("path", "title"), [("/api/v1/things", "two"), ("/api/v1/quiet", "one")])
async def test_a_key_stands_for_one_request(house: House, path: str, title: str) -> None:
    await house.json("POST", "/api/v1/things", json={"title": "one"}, headers=KEY)
    status, problem = await house.json("POST", path, json={"title": title}, headers=KEY)
    assert (status, problem["code"]) == (422, "idempotency_key_reused")
    assert await house.log.titles() == ["one"]


async def test_a_key_is_its_owners_alone(house: House) -> None:
    _, toms = await house.json("POST", "/api/v1/things", "tom", json={"title": "one"}, headers=KEY)
    _, adas = await house.json("POST", "/api/v1/things", "ada", json={"title": "one"}, headers=KEY)
    assert toms["id"] != adas["id"]


async def test_a_key_in_flight_is_refused(house: House) -> None:
    first = asyncio.ensure_future(house.json("POST", "/api/v1/things", json={"title": "slow"}, headers=KEY))
    await asyncio.wait_for(house.demo.entered.wait(), WITHIN)
    async with house.ask("POST", "/api/v1/things", json={"title": "slow"}, headers=KEY) as response:
        assert response.status == 409
        assert (await response.json(content_type=None))["code"] == "in_flight"
        assert response.headers["Retry-After"] == "1"
    house.demo.gate.set()
    assert (await first)[0] == 201
    assert await house.log.titles() == ["slow"]


async def test_of_many_at_once_one_makes_it(house: House) -> None:
    async def one() -> tuple[int, str]:
        status, answer = await house.json("POST", "/api/v1/things", json={"title": "one"}, headers=KEY)
        return status, answer["id"] if status == 201 else answer["code"]

    got = await asyncio.gather(*(one() for _ in range(20)))
    assert await house.log.titles() == ["one"]
    assert {status for status, _ in got} <= {201, 409}
    assert len({mark for status, mark in got if status == 201}) == 1


async def test_an_answer_lost_after_the_commit_comes_at_the_next_try(house: House) -> None:
    house.demo.fail_after_commit = True
    assert (await house.json("POST", "/api/v1/things", json={"title": "one"}, headers=KEY))[0] == 500
    house.demo.fail_after_commit = False
    async with house.ask("POST", "/api/v1/things", json={"title": "one"}, headers=KEY) as response:
        assert (response.status, response.headers["Idempotent-Replayed"]) == (201, "true")
    assert await house.log.titles() == ["one"]


async def test_a_client_that_hangs_up_gets_its_answer_later(house: House) -> None:
    head = "POST /api/v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tom\r\nIdempotency-Key: wish-1\r\n"
    body = '{"title": "slow"}'
    _, writer = await house.raw(
        f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    await asyncio.wait_for(house.demo.entered.wait(), WITHIN)
    writer.transport.abort()
    house.demo.gate.set()
    async with asyncio.timeout(WITHIN):
        while True:
            async with house.ask(
                "POST", "/api/v1/things", data=body, headers={**KEY, "Content-Type": "application/json"}
            ) as response:
                if response.status != 409:
                    assert (response.status, response.headers["Idempotent-Replayed"]) == (201, "true")
                    break
    assert await house.log.titles() == ["slow"]


async def test_what_is_undone_with_its_transaction_is_repeated_like_everything(house: House) -> None:
    async def ask(title: str, key: str) -> tuple[int, str | None]:
        headers = {"Idempotency-Key": key}
        async with house.ask("POST", "/api/v1/wholes", json={"title": title}, headers=headers) as response:
            return response.status, response.headers.get("Idempotent-Replayed")

    assert [await ask("one", "a") for _ in range(2)] == [(201, None), (201, "true")]
    assert await ask("two", "a") == (422, None)
    assert [await ask("doomed", "b") for _ in range(2)] == [(409, None), (409, None)]
    house.demo.fail_after_commit = True
    assert await ask("three", "c") == (201, "true")
    assert await house.log.titles() == ["one", "three"]


async def test_a_refused_effect_leaves_no_answer(house: House) -> None:
    for _ in range(2):
        async with house.ask("POST", "/api/v1/things", json={"title": "doomed"}, headers=KEY) as response:
            assert response.status == 409
            assert "Idempotent-Replayed" not in response.headers
    assert await house.log.titles() == []


async def test_answers_survive_a_restart(open_house: Open) -> None:
    first = await open_house()
    _, before = await first.json("POST", "/api/v1/things", json={"title": "one"}, headers=KEY)
    await first.server.stop()
    second = await open_house()
    _, after = await second.json("POST", "/api/v1/things", json={"title": "one"}, headers=KEY)
    assert before == after
    assert await second.log.titles() == ["one"]


async def test_a_key_is_forgotten_after_a_day(house: House) -> None:
    await house.json("POST", "/api/v1/things", json={"title": "one"}, headers=KEY)
    house.clock.advance(24 * HOUR / SECOND + 1)
    status, _ = await house.json("POST", "/api/v1/things", json={"title": "two"}, headers=KEY)
    assert status == 201
    assert await house.log.titles() == ["one", "two"]


async def test_the_sweep_takes_what_is_old_and_nothing_else(house: House) -> None:
    await house.json("POST", "/api/v1/things", json={"title": "one"}, headers=KEY)
    house.clock.advance(23 * HOUR / SECOND)
    await house.json("POST", "/api/v1/things", json={"title": "two"}, headers={"Idempotency-Key": "wish-2"})
    house.clock.advance(2 * HOUR / SECOND)
    answers = Answers(house.db, KEEPING)
    assert await answers.sweep() == 1
    assert await answers.sweep() == 0


@pytest.mark.parametrize("key", ["", "with space", "x" * 256, "h\u00e9"])
async def test_an_odd_key_is_refused(house: House, key: str) -> None:
    status, problem = await house.json("POST", "/api/v1/things", json={"title": "x"}, headers={"Idempotency-Key": key})
    assert (status, problem["code"]) == (400, "malformed")
    assert await house.log.titles() == []


async def test_a_route_that_remembers_nothing_is_found_out(house: House, caplog: pytest.LogCaptureFixture) -> None:
    for headers in ({}, KEY):
        caplog.clear()
        async with house.ask("POST", "/api/v1/silent", json={"title": "x"}, headers=headers) as response:
            assert response.status == 201
            assert "Idempotent-Replayed" not in response.headers
        assert [record.levelno for record in caplog.records if "/api/v1/silent" in record.getMessage()] == [
            logging.ERROR
        ]
    assert house.metrics.value("novacast_answers_not_remembered_total") == 2


async def test_tokens_are_never_stored_under_a_key(house: House) -> None:
    for _ in range(2):
        async with house.ask("POST", "/api/v1/token", json={"title": "x"}, headers=KEY) as response:
            assert response.status == 200
            assert "Idempotent-Replayed" not in response.headers
    assert await Answers(house.db, KEEPING).sweep() == 0


async def test_what_is_kept_of_a_request_can_not_be_guessed_at_without_the_key(house: House) -> None:
    body = b'{"password": "a short one"}'
    here, elsewhere = Answers(house.db, KEEPING), Answers(house.db, b"x" * 32)
    kept = [answers.claim("person:a", "wish", "POST", "/p", body).fingerprint for answers in (here, here, elsewhere)]
    assert kept[0] == kept[1] != kept[2]
