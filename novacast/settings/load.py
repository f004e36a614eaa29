"""Reading settings: defaults, the file, the environment, the command line; each later one wins."""

import dataclasses
import difflib
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from novacast.errors import BadSettings
from novacast.settings.mistakes import Document, Mistake, raise_for, read
from novacast.settings.sections import Settings
from novacast.settings.service import credential
from novacast.settings.stripe import LIVE_KEYS, LIVE_PUBLIC, TEST_KEYS, TEST_PUBLIC

PREFIX = "NOVACAST_"
_ORIGIN = re.compile(r"\*|https?://(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?")
"""A site as a policy of frames names it: CSP 3, section 2.3.1, host-source without a path."""
LOUDEST = -5
"""LUFS that sound may be brought to: less room would leave nothing of loud and soft."""


def load(
    file: Path | None = None, environ: Mapping[str, str] | None = None, *, state: str = "novacast", **overrides: Any
) -> Settings:
    """Settings from `file` (None: `$NOVACAST_CONFIG`, else the user's config folder if there is one there).

    `state` names the folder in the user's state directory that is taken when none is set. `overrides` are dotted names
    with `__` for the dot (`server__port=0`), as the command line gives them.
    Raises BadSettings that names all mistakes: file, line, key and the nearest known key (see `Mistake`).
    """
    environ = os.environ if environ is None else environ
    path = config_path(file, environ)
    named = file is not None or bool(environ.get(f"{PREFIX}CONFIG"))
    found = read(path) if named or _is_there(path) else Document(path)
    _refuse_unknown(environ, found)
    settings: Settings = _build(Settings, found.tree, "", found, environ)
    for name, value in overrides.items():
        settings = replace(settings, name.replace("__", "."), value)
    _fit_together(settings, found, environ)
    raise_for(found.mistakes)
    if settings.data == Path():
        settings = dataclasses.replace(settings, data=_state_home(environ) / state)
    return settings


def config_path(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """The file that `load` reads when it is given the same; the default one need not exist."""
    environ = os.environ if environ is None else environ
    if file is None and (named := environ.get(f"{PREFIX}CONFIG")):
        file = Path(named)
    return _home(file, "the settings file") if file else _default_file(environ)


def entries() -> "Iterator[tuple[str, dataclasses.Field[Any], Any]]":
    """Every setting as dotted key, field and type, in the order of the manual."""
    yield from _entries(Settings, "")


def variable(key: str) -> str:
    return PREFIX + key.replace(".", "_").upper()


def _entries(cls: type, section: str) -> "Iterator[tuple[str, dataclasses.Field[Any], Any]]":
    hints = get_type_hints(cls)
    for item in dataclasses.fields(cls):
        key = f"{section}.{item.name}" if section else item.name
        if dataclasses.is_dataclass(hints[item.name]):
            yield from _entries(hints[item.name], key)
        else:
            yield key, item, hints[item.name]


def _refuse_unknown(environ: Mapping[str, str], found: Document) -> None:
    known = [f"{PREFIX}CONFIG", f"{PREFIX}LOG_CONTEXT"]  # the second is what children of the server are told
    for key, item, _ in entries():
        known += [variable(key), *([f"{variable(key)}_FILE"] if item.metadata["secret"] else [])]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = _nearest(name, known)
            hint = f"Did you mean {near}?" if near else "`novacast config example` lists all settings."
            message = f"the environment: {name} is no setting. {hint}"
            found.mistakes.append(Mistake(name, "unknown", message, near=near))


def _fit_together(settings: Settings, found: Document, environ: Mapping[str, str]) -> None:
    """What no single value can tell. Where one of the values is wrong by itself, that was said already."""
    for keys, message in _misfits(settings):
        if not any(mistake.field in (*keys, keys[0].partition(".")[0]) for mistake in found.mistakes):
            inside = next((key for key in keys if key in found.lines and variable(key) not in environ), None)
            at = f"{found.at(inside)}: " if inside else ""
            file, line = (str(found.path), found.line(inside)) if inside else (None, None)
            found.mistakes.append(Mistake(inside or keys[0], "invalid", f"{at}{message}", file=file, line=line))


def _misfits(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """The settings concerned, and what is wrong with them."""
    if bool(settings.tls.certificate) != bool(settings.tls.key):
        yield ("tls.certificate", "tls.key"), "[tls] needs both certificate and key, or neither."
    if not settings.transcode.heights:
        yield ("transcode.heights",), "transcode.heights must name at least one rung, such as [360]."
    if LOUDEST < settings.transcode.loudness < 0:
        yield ("transcode.loudness",), f"transcode.loudness must be from -31 to {LOUDEST}, or 0: -16 is usual."
    if settings.live.srt_passphrase and not 10 <= len(settings.live.srt_passphrase.encode()) <= 79:
        yield ("live.srt_passphrase",), "live.srt_passphrase must have 10 to 79 letters, or be left empty."
    for origin in settings.server.embed_origins:
        if not _ORIGIN.fullmatch(origin):
            yield (
                ("server.embed_origins",),
                f"server.embed_origins must name sites such as https://example.org, or *; not {origin!r}.",
            )
    yield from _misfits_of_stripe(settings)
    if settings.oidc.issuer and not (settings.oidc.client_id and "openid" in settings.oidc.scopes):
        yield ("oidc.issuer", "oidc.client_id"), "[oidc] issuer needs a client_id, and openid among its scopes."
    addresses = (
        ("server.public_url", settings.server.public_url, "https://tickets.example.org"),
        ("speech.base_url", settings.speech.base_url, "http://127.0.0.1:8000/v1"),
        ("stripe.base_url", settings.stripe.base_url, "https://api.stripe.com"),
        ("oidc.issuer", settings.oidc.issuer, "https://login.example.org"),
    )
    for key, address, example in addresses:
        if address and not _is_address(address):
            yield (key,), f"{key} must be an address such as {example}, not {address!r}."


def _misfits_of_stripe(settings: Settings) -> Iterator[tuple[tuple[str, ...], str]]:
    """Test and live never mix. No value is named: they are secret."""
    own, mode = settings.stripe, settings.tickets.mode
    right, wrong = (TEST_KEYS, LIVE_KEYS) if mode == "test" else (LIVE_KEYS, TEST_KEYS)
    if own.secret_key.startswith(wrong):
        message = f"stripe.secret_key is of the other mode than tickets.mode, which is {mode}."
        yield ("stripe.secret_key", "tickets.mode"), message
    elif own.secret_key and not own.secret_key.startswith(right):
        yield ("stripe.secret_key",), f"stripe.secret_key must begin with {' or '.join(right)}."
    public = TEST_PUBLIC if mode == "test" else LIVE_PUBLIC
    if own.publishable_key and not own.publishable_key.startswith(public):
        yield ("stripe.publishable_key", "tickets.mode"), f"stripe.publishable_key must begin with {public}."
    if own.element and not own.publishable_key:
        yield ("stripe.element", "stripe.publishable_key"), "stripe.element needs stripe.publishable_key."
    if own.element_script and not _is_here(own.element_script):
        yield ("stripe.element_script",), "stripe.element_script must be an address at 127.0.0.1, or be left empty."
    if any(not one.startswith("whsec_") for one in own.webhook_secrets):
        yield ("stripe.webhook_secrets",), "stripe.webhook_secrets must begin with whsec_, each of them."


def _is_here(words: str) -> bool:
    return _is_address(words) and urlsplit(words).hostname == "127.0.0.1"


def _is_address(words: str) -> bool:
    try:
        parts = urlsplit(words)
        return bool(parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment)
    except ValueError:
        return False


def replace(settings: Settings, key: str, value: Any) -> Settings:
    """A copy with the dotted `key` set to `value`, checked as if it stood in the file."""
    known = {name: (item, kind) for name, item, kind in entries()}
    if key not in known:
        raise BadSettings(_unknown("the command line", key, list(known), "")[0])
    section, _, name = key.rpartition(".")
    owner = getattr(settings, section) if section else settings
    checked = _value(*known[key], value, key, "the command line")
    changed = dataclasses.replace(owner, **{name: checked})
    if not section:
        return cast("Settings", changed)
    whole: dict[str, Any] = {section: changed}
    return dataclasses.replace(settings, **whole)


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise BadSettings(
            f"{path}: can't be looked for ({error.strerror}). Name a file with --config or {PREFIX}CONFIG."
        ) from error


def _build(cls: type, tree: Any, section: str, found: Document, environ: Mapping[str, str]) -> Any:
    """The section with every value that is right; what is wrong is noted, and stays at its default."""
    if not isinstance(tree, dict):
        _note(found, section, f"{found.at(section)}: [{section}] must be a table.", inside=True)
        tree = {}
    fields = {f.name: f for f in dataclasses.fields(cls)}
    for name in tree:
        if name not in fields:
            key = f"{section}.{name}" if section else name
            message, near = _unknown(found.at(key), key, list(fields), section)
            _note(found, key, message, code="unknown", near=near, inside=True)
    hints, values = get_type_hints(cls), {}
    for name, item in fields.items():
        key = f"{section}.{name}" if section else name
        if dataclasses.is_dataclass(hints[name]):
            values[name] = _build(hints[name], tree.get(name, {}), key, found, environ)
            continue
        try:
            if (given := _from_environment(item, hints[name], key, environ)) is not None:
                values[name] = given
            elif name in tree:
                values[name] = _value(item, hints[name], tree[name], key, found.at(key))
        except BadSettings as error:
            inside = not any(named in environ for named in (variable(key), f"{variable(key)}_FILE"))
            near = next((one.near for one in error.errors if isinstance(one, Mistake)), None)
            _note(found, key, error.message, near=near, inside=inside)
    return cls(**values)


def _from_environment(item: "dataclasses.Field[Any]", kind: Any, key: str, environ: Mapping[str, str]) -> Any:
    """None where the environment says nothing of it."""
    named = variable(key)
    if item.metadata["secret"] and f"{named}_FILE" in environ:
        if named in environ:
            raise BadSettings(f"{named} and {named}_FILE are both set. Keep one of them.")
        return _from_text(item, kind, _secret_file(environ[f"{named}_FILE"], f"{named}_FILE"), key, named)
    if named in environ:
        return _from_text(item, kind, environ[named], key, named)
    if item.metadata["secret"] and (file := credential(key, environ)) is not None:
        return _from_text(item, kind, _secret_file(str(file), "the credential"), key, str(file))
    return None


def _note(
    found: Document, key: str, message: str, *, inside: bool, code: str = "invalid", near: str | None = None
) -> None:
    """`inside`: the mistake stands in the file and not in the environment."""
    file, line = (str(found.path), found.line(key)) if inside else (None, None)
    found.mistakes.append(Mistake(key, code, message, file=file, line=line, near=near))


def _unknown(source: str, key: str, known: list[str], section: str) -> tuple[str, str | None]:
    """What to say of an unknown key, and the known one that is nearest."""
    everywhere = [name for name, _, _ in entries()]
    last = key.rpartition(".")[2]
    near = [f"{section}." * bool(section) + name for name in difflib.get_close_matches(last, known, n=1, cutoff=0.5)]
    near = near or [name for name in everywhere if name.rpartition(".")[2] == last]
    near = near or difflib.get_close_matches(key, everywhere, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(known)}."
    return f"{source}: {key} is no setting. {hint}", next(iter(near), None)


def _secret_file(path: str, named: str) -> str:
    try:
        return _home(Path(path), named).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{named}: {path} can't be read ({error}).") from error


_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def _from_text(item: "dataclasses.Field[Any]", kind: Any, text: str, key: str, source: str) -> Any:
    value: Any = text
    if kind is bool:
        if text.lower() not in _TRUE | _FALSE:
            raise BadSettings(f"{source}: {text!r} is neither true nor false.")
        value = text.lower() in _TRUE
    elif kind in (int, float):
        try:
            value = kind(text)
        except ValueError as error:
            raise BadSettings(f"{source}: {text!r} is no {_called(kind)}.") from error
    elif get_origin(kind) is tuple:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        inner = get_args(kind)[0]
        try:
            value = [inner(part) for part in parts]
        except ValueError as error:
            raise BadSettings(f"{source}: {text!r} is no list of {_called(inner)}s.") from error
    return _value(item, kind, value, key, source)


def _value(item: "dataclasses.Field[Any]", kind: Any, value: Any, key: str, source: str) -> Any:
    at = f"{source}: {key}"
    if "\0" in str(value):
        raise BadSettings(f"{at} must not contain a NUL character.")
    if kind is Path and isinstance(value, (str, Path)):
        # "" is the default; "." is the working folder, which Path can't tell from it.
        return _home(Path(value), at).absolute() if str(value) else Path()
    if kind is float and type(value) is int:
        value = float(value)
    if get_origin(kind) is tuple and isinstance(value, (list, tuple)):
        inner = get_args(kind)[0]
        if all(type(part) is inner for part in value):
            for part in value:
                _bounded(item, part, f"{at}: each")
            return tuple(value)
    if type(value) is not kind:
        raise BadSettings(f"{at} must be {_called(kind)}, not {value!r}.")
    _bounded(item, value, at)
    return value


def _bounded(item: "dataclasses.Field[Any]", value: Any, at: str) -> None:
    low, high, choices = item.metadata["low"], item.metadata["high"], item.metadata["choices"]
    if isinstance(value, float) and not math.isfinite(value):
        raise BadSettings(f"{at} must be a finite number, not {value!r}.")
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        raise BadSettings(f"{at} must be {bounds}, not {value!r}.")
    if choices and value not in choices:
        _refuse_choice(item, value, at)


def _refuse_choice(item: "dataclasses.Field[Any]", value: str, at: str) -> None:
    choices, meant = item.metadata["choices"], item.metadata["meant"].get(value.lower())
    near = meant if meant in choices else _nearest(value.lower(), choices)
    hint = f" Did you mean {near}?" if near else ""
    message = f"{at} must be one of {', '.join(choices)}, not {value!r}.{hint}"
    raise BadSettings(message, errors=[Mistake(item.name, "invalid", message, near=near)])


def _nearest(name: str, known: Sequence[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name[:100], known, n=1, cutoff=0.6)), None)


def _home(path: Path, at: str) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise BadSettings(f"{at}: {path} names a home folder that can't be found.") from error


def _called(kind: Any) -> str:
    if get_origin(kind) is tuple:
        return f"a list of {_called(get_args(kind)[0])}s"
    return {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}[kind]


def _default_file(environ: Mapping[str, str]) -> Path:
    home = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME', '~')}/.config"
    return _home(Path(home), "the settings file") / "novacast" / "config.toml"


def _state_home(environ: Mapping[str, str]) -> Path:
    home = environ.get("XDG_STATE_HOME") or f"{environ.get('HOME', '~')}/.local/state"
    return _home(Path(home), "the data folder")
