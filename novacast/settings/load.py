"""Reading settings: defaults, the file, the environment, the command line; each later one wins."""

import dataclasses
import difflib
import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from novacast.errors import BadSettings
from novacast.settings.sections import Settings

PREFIX = "NOVACAST_"


def load(
    file: Path | None = None, environ: Mapping[str, str] | None = None, *, state: str = "novacast", **overrides: Any
) -> Settings:
    """Settings from `file` (None: `$NOVACAST_CONFIG`, else the user's config folder if there is one there).

    `state` names the folder in the user's state directory that is taken when none is set. `overrides` are dotted names
    with `__` for the dot (`server__port=0`), as the command line gives them.
    Raises BadSettings that names file, key and the nearest known key.
    """
    environ = os.environ if environ is None else environ
    _refuse_unknown(environ)
    path = config_path(file, environ)
    tree = _read(path) if path != _default_file(environ) or file or _is_there(path) else {}
    settings: Settings = _build(Settings, tree, "", str(path), environ)
    for name, value in overrides.items():
        settings = replace(settings, name.replace("__", "."), value)
    if settings.data == Path():
        settings = dataclasses.replace(settings, data=_state_home(environ) / state)
    _fit_together(settings)
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


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [f"{PREFIX}CONFIG"]
    for key, item, _ in entries():
        known += [variable(key), *([f"{variable(key)}_FILE"] if item.metadata["secret"] else [])]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            hint = f" Did you mean {near[0]}?" if near else " `novacast config example` lists all settings."
            raise BadSettings(f"the environment: {name} is no setting.{hint}")


def _fit_together(settings: Settings) -> None:
    """What no single value can tell."""
    if bool(settings.tls.certificate) != bool(settings.tls.key):
        raise BadSettings("[tls] needs both certificate and key, or neither.")
    if not settings.transcode.heights:
        raise BadSettings("transcode.heights must name at least one rung, such as [360].")
    if address := settings.server.public_url:
        try:
            parts = urlsplit(address)
            usable = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
        except ValueError:
            usable = False
        if not usable:
            raise BadSettings(
                f"server.public_url must be an address such as https://tickets.example.org, not {address!r}."
            )


def replace(settings: Settings, key: str, value: Any) -> Settings:
    """A copy with the dotted `key` set to `value`, checked as if it stood in the file."""
    known = {name: (item, kind) for name, item, kind in entries()}
    if key not in known:
        raise BadSettings(_unknown("the command line", key, list(known), ""))
    section, _, name = key.rpartition(".")
    owner = getattr(settings, section) if section else settings
    checked = _value(*known[key], value, key, "the command line")
    changed = dataclasses.replace(owner, **{name: checked})
    if not section:
        return cast("Settings", changed)
    whole: dict[str, Any] = {section: changed}
    return dataclasses.replace(settings, **whole)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadSettings(f"{path}: there is no such file. Give one that exists, or none at all.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path}: can't be read ({error}).") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path}: is not valid TOML: {error}.") from error
    except RecursionError as error:
        raise BadSettings(f"{path}: is nested too deeply to be a settings file.") from error


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        raise BadSettings(
            f"{path}: can't be looked for ({error.strerror}). Name a file with --config or {PREFIX}CONFIG."
        ) from error


def _build(cls: type, tree: Any, section: str, source: str, environ: Mapping[str, str]) -> Any:
    if not isinstance(tree, dict):
        raise BadSettings(f"{source}: [{section}] must be a table.")
    fields = {f.name: f for f in dataclasses.fields(cls)}
    for key in tree:
        if key not in fields:
            raise BadSettings(_unknown(source, f"{section}.{key}" if section else key, list(fields), section))
    hints, values = get_type_hints(cls), {}
    for name, item in fields.items():
        key = f"{section}.{name}" if section else name
        if dataclasses.is_dataclass(hints[name]):
            values[name] = _build(hints[name], tree.get(name, {}), key, source, environ)
            continue
        named = variable(key)
        if item.metadata["secret"] and f"{named}_FILE" in environ:
            if named in environ:
                raise BadSettings(f"{named} and {named}_FILE are both set. Keep one of them.")
            values[name] = _value(item, str, _secret_file(environ[f"{named}_FILE"], f"{named}_FILE"), key, named)
        elif named in environ:
            values[name] = _from_text(item, hints[name], environ[named], key, named)
        elif name in tree:
            values[name] = _value(item, hints[name], tree[name], key, source)
    return cls(**values)


def _unknown(source: str, key: str, known: list[str], section: str) -> str:
    near = difflib.get_close_matches(key.rpartition(".")[2], known, n=1, cutoff=0.5)
    if near:
        return f"{source}: {key} is no setting. Did you mean {f'{section}.' if section else ''}{near[0]}?"
    everywhere = [name for name, _, _ in entries()]
    elsewhere = [name for name in everywhere if name.rpartition(".")[2] == key.rpartition(".")[2]]
    elsewhere = elsewhere or difflib.get_close_matches(key, everywhere, n=1, cutoff=0.5)
    hint = f"Did you mean {elsewhere[0]}?" if elsewhere else f"Known: {', '.join(known)}."
    return f"{source}: {key} is no setting. {hint}"


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
        raise BadSettings(f"{at} must be one of {', '.join(choices)}, not {value!r}.")


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
