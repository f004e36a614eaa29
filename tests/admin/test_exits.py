"""Every error of ours has an exit code that is documented."""

from collections.abc import Iterator

import pytest

from novacast import errors
from novacast_admin.cli.exits import BUG, MEANINGS, exit_code


def classes(kind: type[errors.NovaCastError]) -> Iterator[type[errors.NovaCastError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from classes(child)


@pytest.mark.parametrize("kind", sorted(classes(errors.NovaCastError), key=lambda kind: kind.__name__))
def test_every_error_has_a_documented_exit_code(kind: type[errors.NovaCastError]) -> None:
    code = exit_code(kind.__new__(kind))
    assert code in MEANINGS
    assert code != 0
    assert code != BUG or kind is errors.NovaCastError


def test_a_subclass_has_the_code_of_its_nearest_ancestor_that_has_one() -> None:
    assert exit_code(errors.AlreadyRunning("x")) == 75
    assert exit_code(errors.DiskFull("x")) == 73
    assert exit_code(errors.Overloaded("x")) == 69
    assert exit_code(errors.ChildFailed("x")) == 65
