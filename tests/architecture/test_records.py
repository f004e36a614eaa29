"""Data classes come from novacast.records, whose methods are written when they are called."""

import ast

import pytest

from tests.architecture import tree

OWNER = "novacast/records.py"


def libraries(source: str) -> list[int]:
    """Lines that take the decorator from the library."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
            found += [node.lineno for name in node.names if name.name == "dataclass"]
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "dataclasses.dataclass":
            found.append(node.lineno)
    return found


@pytest.mark.parametrize(
    "source", ["from dataclasses import dataclass, field", "import dataclasses\n\n@dataclasses.dataclass\nclass A: ..."]
)
def test_the_librarys_is_seen(source: str) -> None:
    assert libraries(source)


def test_no_room_of_the_house_takes_the_librarys() -> None:
    sources = tree.python("novacast", "admin")
    slow = [f"{path}:{line}" for path, source in sources if path != OWNER for line in libraries(source)]
    assert slow == [], "take `dataclass` from novacast.records"
