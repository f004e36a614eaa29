"""The house rules as functions of one file's text. Each gives its violations as `line: what`.

Pure, so that test_rules_can_fail.py can show each of them refusing what it is there to refuse.
"""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from functools import lru_cache

Rule = Callable[[str], list[str]]
Nodes = Sequence[ast.AST]

SQL = re.compile(
    r"\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|PRAGMA\s|WITH\s+(RECURSIVE\s+)?\w+\s*(\(|AS\s)"
    r"|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|VIEW|TRIGGER|UNIQUE|VIRTUAL)|BEGIN(\s+IMMEDIATE)?$|COMMIT$|ROLLBACK|SAVEPOINT\s)"
)
TIME_CALLS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "localtime", "gmtime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
}
CHILD_CALLS = {
    "os": re.compile(r"(system|popen|fork|forkpty|posix_spawnp?|exec[lv]p?e?|spawn[lv]p?e?)$"),
    "asyncio": re.compile(r"create_subprocess_(exec|shell)$"),
}
OWNERS: dict[str, tuple[str, ...]] = {
    "aiortc": (
        "novacast/live/webrtc/encoded.py",
        "novacast/live/webrtc/session.py",
        "novacast/live/whep/peer.py",
        "novacast/live/whep/sending.py",
    ),
    "aioice": ("novacast/live/webrtc/network.py",),
    "stripe": ("novacast/payments/*", "admin/novacast_admin/stripe_stand_in/*"),
    "cryptography": ("novacast/security/*",),
    "pywebpush": ("novacast/security/webpush.py",),
    "py_vapid": ("novacast/security/webpush.py",),
    "webauthn": ("novacast/security/passkeys.py",),
    "jwt": ("novacast/security/*",),
    "ffmpeg": ("novacast/media/*",),
    "av": ("novacast/media/*",),
    "imageio_ffmpeg": ("novacast/media/*",),
    "huey": ("novacast/jobs.py",),
    "sqlite3": ("novacast/database/*",),
    "aiosqlite": ("novacast/database/*",),
    "sqlite_utils": ("novacast/database/*",),
    "subprocess": ("novacast/media/process.py",),
    "multiprocessing": (),
    "typer": ("admin/novacast_admin/cli/*",),
    "textual": ("admin/novacast_admin/tui/*",),
}
WEB_FILES = ("routes.py", "pages.py", "bodies.py")
"""The files of a slice that know aiohttp and `novacast.web`."""
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


@lru_cache(maxsize=1)
def nodes(source: str) -> Nodes:
    """Of its syntax tree. Of the file that was asked for last they are there already: rules go file by file."""
    return tuple(ast.walk(ast.parse(source)))


def owned_imports(path: str) -> Rule:
    def rule(source: str) -> list[str]:
        return [
            f"{line}: imports {package}, which belongs to {', '.join(OWNERS[package]) or 'nobody'}"
            for line, module in _imports(nodes(source))
            if (package := module.partition(".")[0]) in OWNERS
            and not any(fnmatch(path, pattern) for pattern in OWNERS[package])
        ]

    return rule


def knows_web(source: str) -> list[str]:
    return [
        f"{line}: imports {module}"
        for line, module in _imports(nodes(source))
        if module.partition(".")[0] in {"aiohttp", "aiohttp_jinja2", "pydantic"}
        or f"{module}.".startswith("novacast.web.")
    ]


def sql_text(source: str) -> list[str]:
    tree = nodes(source)
    return [
        f"{node.lineno}: SQL text {node.value.strip()[:40]!r}"
        for node in tree
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]


def environment(source: str) -> list[str]:
    tree = nodes(source)
    found = [f"{node.lineno}: os.{node.attr}" for node in _attributes(tree, "os") if node.attr in _ENVIRONMENT]
    return found + [f"{line}: from os import {name}" for line, name in _names_from(tree, "os") if name in _ENVIRONMENT]


_ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


def time(source: str) -> list[str]:
    tree, found = nodes(source), []
    for owner, calls in TIME_CALLS.items():
        found += [f"{node.lineno}: {owner}.{node.attr}" for node in _attributes(tree, owner) if node.attr in calls]
    return found + [f"{line}: from time import {name}" for line, name in _names_from(tree, "time") if name != "sleep"]


def tasks(source: str) -> list[str]:
    starting = {"create_task", "ensure_future"}
    tree = nodes(source)
    found = [
        f"{node.lineno}: {node.attr}" for node in tree if isinstance(node, ast.Attribute) and node.attr in starting
    ]
    return found + [
        f"{line}: {name}" for line, name in _names_from(tree, "asyncio") if name in {*starting, "TaskGroup"}
    ]


def children(source: str) -> list[str]:
    tree = nodes(source)
    return [
        f"{node.lineno}: {owner}.{node.attr}"
        for owner, pattern in CHILD_CALLS.items()
        for node in _attributes(tree, owner)
        if pattern.match(node.attr)
    ]


def untranslated(errors: frozenset[str]) -> Rule:
    """Messages of these classes, and of FieldError, are `i18n.text`: a sentence of its own, or one put together on the
    spot, would be English for everybody."""

    def rule(source: str) -> list[str]:
        return [
            f"{node.lineno}: {ast.unparse(node.func)} is given {ast.unparse(argument)[:60]}"
            for node in nodes(source)
            if isinstance(node, ast.Call)
            for argument in _messages(node, errors)
            if _is_bare(argument)
        ]

    return rule


def _messages(call: ast.Call, errors: frozenset[str]) -> list[ast.expr]:
    """The arguments that may hold words; the name of a field comes first where there is one."""
    match call.func:
        case ast.Name(id="FieldError") | ast.Attribute(value=ast.Name(id="InvalidInput"), attr="field"):
            return call.args[1:]
        case ast.Name(id=name) if name in errors:
            return call.args
    return []


def _is_bare(argument: ast.expr) -> bool:
    match argument:
        case ast.Constant(value=str(words)):
            return " " in words
        case ast.JoinedStr() | ast.BinOp() | ast.Call(func=ast.Attribute(attr="format" | "join" | "format_map")):
            return True
    return False


def waivers(source: str) -> list[str]:
    """`# type: ignore[code]  # reason` and `# noqa: CODE - reason` are the only forms."""
    found: list[str] = []
    if not re.search(r"#.*(type: ignore|noqa|fmt: off)", source):
        return found
    for line, comment in _comments(source):
        if "type: ignore" in comment and not re.match(r"# type: ignore\[[\w, -]+\]\s+#\s*\w", comment):
            found.append(f"{line}: an ignored type without code and reason")
        if re.search(r"#\s*noqa", comment) and not re.search(r"# noqa: [A-Z]+\d+(, ?[A-Z]+\d+)*[\s#:-]+\w", comment):
            found.append(f"{line}: a noqa without code and reason")
        if "fmt: off" in comment:
            found.append(f"{line}: formatting switched off for more than one statement")
    return found


def length(source: str, limit: int = 350) -> list[str]:
    lines = source.count("\n") + (not source.endswith("\n"))
    return [f"{lines}: lines, at most {limit}"] if lines > limit else []


def functions(source: str) -> list[tuple[str, int]]:
    """Name and number of lines of each function, decorators and docstring left out."""
    found = []
    for node in nodes(source):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.lineno
            if ast.get_docstring(node) is not None and len(node.body) > 1:
                first += (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            found.append((node.name, (node.end_lineno or first) - first + 1))
    return found


def handlers(source: str, limit: int = 15) -> list[str]:
    """Handlers parse, call one service and respond."""
    found = []
    for node in nodes(source):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and any(map(_routes, node.decorator_list)):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            if lines > limit:
                found.append(f"{node.lineno}: {node.name} has {lines} lines, at most {limit}")
    return found


def _routes(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id in {"get", "post", "put", "patch", "delete", "page", "form"}


# The tilde keeps this file from holding what it forbids; it is taken out below.
_WORDS = {
    what: re.compile(pattern.replace("~", ""))
    for what, pattern in {
        "an unfinished mark": r"\b(TO~DO|FIX~ME|XX~X|HA~CK)\b",
        "a path of one machine": r"(?<![\w.}])/(wo~rk|ro~ot)/\w|/ho~me/(?!you\b)\w",
        "the host of a package registry": r"registry\.npm~js\.org|\bpy~pi\.(org|io)|files\.python~hosted",
        "a tool that is no one's business": r"(?i)\b(chat~gpt|open~ai|anthro~pic|clau~de|co~pilot|lang~uage model)\b",
    }.items()
}


def words(text: str) -> list[str]:
    return [
        f"{number}: {what}: {found[0]!r}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, pattern in _WORDS.items()
        if (found := pattern.search(line))
    ]


def _imports(tree: Nodes) -> Iterator[tuple[int, str]]:
    for node in tree:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
            yield from (
                (node.lineno, f"{node.module}.{alias.name}") for alias in node.names if node.module == "novacast"
            )


def _attributes(tree: Nodes, owner: str) -> Iterator[ast.Attribute]:
    for node in tree:
        if isinstance(node, ast.Attribute):
            base = node.value
            if (isinstance(base, ast.Name) and base.id == owner) or (
                isinstance(base, ast.Attribute) and base.attr == owner
            ):
                yield node


def _names_from(tree: Nodes, module: str) -> Iterator[tuple[int, str]]:
    for node in tree:
        if isinstance(node, ast.ImportFrom) and node.module == module:
            yield from ((node.lineno, alias.name) for alias in node.names)


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
