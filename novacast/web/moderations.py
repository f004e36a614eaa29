"""Who says what texts are: any server that answers `POST /v1/moderations` as the published API does.

Asked with `{"model": "…", "input": ["…", "…"]}` it answers one result for each text:
`{"results": [{"flagged": true, "categories": {"hate": true}, "category_scores": {"hate": 0.93}}]}`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from novacast.errors import Unavailable
from novacast.i18n import text

LARGEST_ANSWER = 1024 * 1024
MOST_CATEGORIES = 100
LONGEST_NAME = 60
LARGEST_SCORE = 1e9
"""What is larger, or no number, is none; between 1 and this it counts as 1."""


class ModerationServer:
    """`base_url` with or without the `/v1` at its end; `key` is sent as a bearer token where there is one."""

    def __init__(self, base_url: str, key: str, model: str, seconds: float) -> None:
        base = base_url.rstrip("/")
        self._url = f"{base}{'' if base.endswith('/v1') else '/v1'}/moderations"
        self._key, self._model, self._seconds = key, model, seconds
        self._session: aiohttp.ClientSession | None = None

    async def judge(self, texts: Sequence[str]) -> Sequence[Mapping[str, float]]:
        """Raises Unavailable, for an answer that is not of the published shape too."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._seconds))
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        wish = {"input": list(texts)} | ({"model": self._model} if self._model else {})
        try:
            # A redirect could take the key, and what people wrote, to somebody else.
            async with self._session.post(self._url, json=wish, headers=headers, allow_redirects=False) as answer:
                body = await _bounded(answer)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            raise Unavailable(text("The server that judges messages can't be reached: {why}", why=why[:200])) from error
        if status != 200:
            raise Unavailable(text("The server that judges messages answered {status}.", status=status))
        return read_answer(body, len(texts))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


def read_answer(body: bytes, count: int) -> Sequence[Mapping[str, float]]:
    """Raises Unavailable where there are not as many results as texts."""
    try:
        told = json.loads(body)
        results = told["results"] if isinstance(told, dict) else None
    except (ValueError, KeyError, RecursionError):
        results = None
    if not isinstance(results, list) or len(results) != count:
        raise Unavailable(text("The server that judges messages gave no results that can be read."))
    return [_scores(one) for one in results]


def _scores(result: Any) -> Mapping[str, float]:
    """Scores where there are any, else what is said to be so counts as certain."""
    if not isinstance(result, dict):
        return {}
    scores, said = result.get("category_scores"), result.get("categories")
    found = {**_numbers(said), **_numbers(scores)}
    return found or ({"flagged": 1.0} if result.get("flagged") is True else {})


def _numbers(told: Any) -> dict[str, float]:
    if not isinstance(told, dict):
        return {}
    return {
        str(name)[:LONGEST_NAME]: min(max(float(value), 0.0), 1.0)
        for name, value in list(told.items())[:MOST_CATEGORIES]
        if isinstance(value, (bool, int, float)) and abs(value) <= LARGEST_SCORE
    }


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > LARGEST_ANSWER:
            raise Unavailable(
                text("The server that judges messages answered more than {most} bytes.", most=LARGEST_ANSWER)
            )
    return bytes(body)
