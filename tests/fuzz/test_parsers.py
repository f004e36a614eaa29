"""Whatever parsers are given, they refuse it in words of their own, and take no more memory than it is worth."""

import tracemalloc
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.parsers import PARSERS, Parser

QUICK, MANY = 20, 2000
MOST = 64 * 1024**2
"""Bytes that any of these inputs, of some kilobytes, may take."""


def tried(parser: Parser, times: int) -> None:
    @settings(
        max_examples=times, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(parser.given)
    def try_one(value: Any) -> None:
        with suppress(*parser.refuses):
            parser.read(value)

    try_one()


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_raises_nothing_but_its_refusals(name: str) -> None:
    tried(PARSERS[name], QUICK)


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_raises_nothing_but_its_refusals_often(name: str) -> None:
    tracemalloc.start()
    try:
        tried(PARSERS[name], MANY)
        assert tracemalloc.get_traced_memory()[1] < MOST
    finally:
        tracemalloc.stop()
