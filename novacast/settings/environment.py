"""Settings as NOVACAST_* variables, to hand a child process exactly what this one runs with."""

import dataclasses
import os
from typing import Any

from novacast.settings.load import PREFIX
from novacast.settings.sections import Settings

_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")


def as_environment(settings: Settings) -> dict[str, str]:
    """Every setting, and what a program needs to run at all. Loading it again gives equal settings."""
    variables = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    _fill(variables, PREFIX, settings)
    variables[f"{PREFIX}CONFIG"] = os.devnull
    return variables


def _fill(variables: dict[str, str], prefix: str, section: Any) -> None:
    for item in dataclasses.fields(section):
        value = getattr(section, item.name)
        if dataclasses.is_dataclass(value):
            _fill(variables, f"{prefix}{item.name.upper()}_", value)
        elif isinstance(value, tuple):
            variables[f"{prefix}{item.name.upper()}"] = ",".join(map(str, value))
        else:
            variables[f"{prefix}{item.name.upper()}"] = str(value)
