"""The house rules, held against every file. The exception lists are explicit, and only ever get shorter."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache

import pytest

import novacast.app  # noqa: F401 - so that every class of errors is there
from novacast.errors import AlreadyRunning, BadSettings, NewerDatabase, NovaCastError
from tests.architecture import rules, tree

SLICES = ("accounts", "live", "vods", "playback", "chat", "tickets", "payments", "notifications", "operations")

SQL_PLACES = (
    "novacast/*/store.py",
    "novacast/*/schema.py",
    "novacast/*/store/*.py",
    "novacast/database/*",
    "novacast/web/idempotency.py",
)
ALLOWED: Mapping[str, tuple[str, ...]] = {
    "environment": ("novacast/settings/*",),
    "time": ("novacast/clock.py",),
    "tasks": ("novacast/tasks.py",),
    # launcher.py is what the child is before it becomes the program; process.py starts it.
    "children": ("novacast/media/process.py", "novacast/media/launcher.py"),
    "sql_text": SQL_PLACES,
}


def broken(rule: rules.Rule, sources: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{path}:{violation}" for path, source in sources for violation in rule(source)]


SHELL_ERRORS = {AlreadyRunning, BadSettings, NewerDatabase}
"""Raised before there is anybody to answer: they are read where the server is started."""
SHELL_ONLY = (
    "novacast/folder.py",
    "novacast/security/tls/*",
    "novacast/operations/backups/*",
    "novacast/operations/challenges.py",
    "novacast/security/envelopes.py",
    "novacast/security/passphrases.py",
)
"""What only the operator's commands call."""


def kinds(root: type[NovaCastError] = NovaCastError) -> set[type[NovaCastError]]:
    return {root}.union(*(kinds(below) for below in root.__subclasses__()))


@cache
def told() -> frozenset[str]:
    """Classes of errors whose words reach people."""
    return frozenset(kind.__name__ for kind in kinds() - SHELL_ERRORS)


def applied(path: str) -> Iterator[tuple[str, rules.Rule]]:
    """Names and rules that look at the syntax tree of a file of the server or its tools."""
    yield from ((name, getattr(rules, name)) for name in ALLOWED)
    yield "owned_imports", rules.owned_imports(path)
    if path.startswith("novacast/"):
        yield "untranslated", rules.untranslated(told())
    if path.startswith(tuple(f"novacast/{slice_}/" for slice_ in SLICES)):
        yield "handlers", rules.handlers
        if path.rpartition("/")[2] not in rules.WEB_FILES:
            yield "knows_web", rules.knows_web


@dataclass(frozen=True)
class Seen:
    violations: dict[str, dict[str, list[str]]]
    """Name of a rule -> path -> what breaks it there."""
    functions: list[tuple[int, str]]
    """Lines and names."""

    def of(self, rule: str, allowed: Iterable[str] = ()) -> list[str]:
        places = tuple(allowed)
        return [
            f"{path}:{violation}"
            for path, violations in self.violations.get(rule, {}).items()
            if not any(fnmatch(path, place) for place in places)
            for violation in violations
        ]


@cache
def seen() -> Seen:
    """Each file is parsed once for all rules."""
    whole = Seen({}, [])
    for path, source in tree.python("novacast", "admin"):
        for name, rule in applied(path):
            if violations := rule(source):
                whole.violations.setdefault(name, {})[path] = violations
        whole.functions.extend((lines, f"{path}:{name}") for name, lines in rules.functions(source))
    return whole


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_what_has_one_owner_is_done_by_it_alone(name: str) -> None:
    assert seen().of(name, ALLOWED[name]) == []


def test_what_errors_tell_people_can_be_translated() -> None:
    assert seen().of("untranslated", SHELL_ONLY) == []
    used = seen().violations["untranslated"]
    assert [place for place in SHELL_ONLY if not any(fnmatch(path, place) for path in used)] == []


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_every_exception_is_still_needed(name: str) -> None:
    used = seen().violations[name]
    pointless = [place for place in ALLOWED[name] if not any(fnmatch(path, place) for path in used)]
    assert [place for place in pointless if place not in ("novacast/*/store/*.py",)] == []


def test_packages_with_one_owner_are_imported_by_it_alone() -> None:
    assert seen().of("owned_imports") == []


def test_in_a_slice_only_routes_pages_and_bodies_know_the_web() -> None:
    assert seen().of("knows_web") == []


def test_handlers_parse_call_one_service_and_respond() -> None:
    assert seen().of("handlers") == []


def test_what_is_waived_is_waived_with_code_and_reason() -> None:
    assert broken(rules.waivers, tree.python("novacast", "admin", "tests", "packaging")) == []


def test_no_file_has_more_than_350_lines() -> None:
    assert broken(rules.length, tree.python("novacast", "admin", "tests", "packaging")) == []


def test_95_of_100_functions_have_less_than_40_lines() -> None:
    sizes = seen().functions
    long = sorted((item for item in sizes if item[0] >= 40), reverse=True)
    assert len(long) <= len(sizes) * 0.05, long


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [path for path, _ in tree.files("", ".py") if rules.VAGUE & set(path.removesuffix(".py").split("/"))]
    assert vague == []


def test_folders_that_share_names_with_other_peoples_modules_are_no_packages() -> None:
    for folder in ("packaging", "systemd", "admin"):
        assert not (tree.ROOT / folder / "__init__.py").exists()


def test_no_file_holds_what_is_of_no_use_to_a_reader() -> None:
    found = [
        f"{name}:{violation}"
        for name, path in tree.files()
        if name != "LICENSE" and (text := tree.text(path)) is not None
        for violation in rules.words(text)
    ]
    assert found == []


def test_scripts_that_people_start_can_be_started() -> None:
    scripts = ("run", "check", "audit", "docs", "drill", "install.sh", "deb/build", "deb/novacast-setup")
    for script in (".ci/run", *(f"packaging/{name}" for name in scripts)):
        path = tree.ROOT / script
        assert path.stat().st_mode & 0o111 == 0o111, script
        assert path.read_text().startswith("#!")
