"""A local model: weights of words and pairs of words for each category, added up and squeezed between 0 and 1 (logistic
regression on a bag of words). Its file is JSON:

    {"categories": {"insult": {"bias": -4.0, "weights": {"idiot": 5.2, "shut up": 3.1}}}}

Words are read as those of the lists are: without case, marks and look-alikes.
"""

import json
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from novacast.chat.moderation.words.folding import SPACE, Folded, readings
from novacast.errors import BadSettings

LARGEST = 16 * 1024 * 1024
"""Bytes of the file."""


class WordModel:
    def __init__(self, biases: Mapping[str, float], weights: Mapping[str, Mapping[str, float]]) -> None:
        """`weights`: of folded words, by category."""
        self._biases, self._weights = biases, weights

    @classmethod
    def read(cls, path: Path) -> "WordModel":
        """Raises BadSettings."""
        try:
            if path.stat().st_size > LARGEST:
                raise BadSettings(f"[moderation] word_model: {path} has more than {LARGEST} bytes.")
            told = json.loads(path.read_bytes())
            found = {
                str(name): (
                    float(one.get("bias", 0.0)),
                    {str(word): float(weight) for word, weight in one["weights"].items()},
                )
                for name, one in told["categories"].items()
            }
        except OSError as error:
            raise BadSettings(f"[moderation] word_model: {path} can't be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadSettings(f"[moderation] word_model: {path} is no model of words ({error}).") from error
        biases = {name: bias for name, (bias, _) in found.items()}
        return cls(biases, {name: _folded(weights) for name, (_, weights) in found.items()})

    async def judge(self, texts: Sequence[str]) -> Sequence[Mapping[str, float]]:
        return [self._scores(one) for one in texts]

    async def close(self) -> None:
        """Nothing is held."""

    def _scores(self, said: str) -> Mapping[str, float]:
        read = readings(said)
        seen = {gram for one in (*read.whole, *read.spelled) for gram in _grams(one)}
        return {
            name: _squeezed(self._biases[name] + sum(weights.get(gram, 0.0) for gram in seen))
            for name, weights in self._weights.items()
        }


def _folded(weights: Mapping[str, float]) -> dict[str, float]:
    return {readings(word).whole[0].signs.strip(SPACE): weight for word, weight in weights.items()}


def _grams(one: Folded) -> list[str]:
    words = one.signs.split()
    return words + [f"{first} {second}" for first, second in pairwise(words)]


def _squeezed(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-min(max(value, -60.0), 60.0)))
