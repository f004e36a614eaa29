"""What is told is declared: an undeclared fact is heard by nobody, and a declared one that is never told misleads."""

import ast
from collections.abc import Iterator

from novacast.facts import TOPICS
from novacast.identity import Action
from novacast.topics import Topics
from novacast.web.realtime import reference
from tests.architecture.tree import ROOT

TELLERS = {"emit", "mention", "tell", "tell_makers", "tell_feed", "mention_to_makers", "_tell"}


def told(source: str) -> Iterator[str]:
    """Topics written out in calls that tell something to others than this machine."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in TELLERS or "INTERNAL" in ast.unparse(node):
            continue
        for argument in node.args[1:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "." in argument.value:
                yield argument.value


def test_every_fact_is_declared_by_its_slice() -> None:
    declared = {topic.name for topic in TOPICS}
    written = {name for path in (ROOT / "novacast").rglob("*.py") for name in told(path.read_text(encoding="utf-8"))}
    assert len(written) > 40
    assert written - declared == set()


def test_every_topic_is_told_somewhere() -> None:
    everything = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "novacast").rglob("*.py") if path.name != "topics.py"
    )
    families = ("programme.", "target.", "performance.", "checkin.")  # made of the state that begins
    missing = [one.name for one in TOPICS if f'"{one.name}"' not in everything and not one.name.startswith(families)]
    assert missing == []


def test_no_topic_is_declared_twice_and_what_viewers_hear_has_a_rule() -> None:
    async def nobody(*_: object) -> bool:
        return False

    topics = Topics()
    topics.declare(TOPICS, nobody)
    assert [one.name for one in topics] == sorted(one.name for one in TOPICS)
    assert topics.rules(["video", "programme.viewers"]) == {nobody}
    assert topics.rules(["session"]) == set()


def test_the_reference_names_all_of_them() -> None:
    page = reference(TOPICS)
    assert all(f"`{topic.name}`" in page for topic in TOPICS)
    assert Action.LIVE_PRODUCE.value in page
