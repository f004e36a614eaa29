"""What pydantic found wrong, in words of ours: its own are for programmers, and English."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from novacast.i18n import Text, ntext, text

NUMBER, LIST, OBJECT = text("This must be a number."), text("This must be a list."), text("This must be an object.")
WHOLE, HUGE = text("This must be a whole number."), text("This number is too large.")
TEXT, FLAG = text("This must be a text."), text("This must be true or false.")
INSTANT, DAY = (
    text("This must be an instant such as 2026-01-31T20:00:00Z."),
    text("This must be a day such as 2026-01-31."),
)
OTHER = text("This can't be accepted.")

FIXED: Mapping[str, Text] = {
    "missing": text("This is needed."),
    "string_type": TEXT,
    "string_sub_type": TEXT,
    "string_unicode": text("This text is no valid Unicode."),
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "int_parsing_size": HUGE,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": text("This must be a finite number."),
    "bool_type": FLAG,
    "bool_parsing": FLAG,
    "list_type": LIST,
    "tuple_type": LIST,
    "set_type": LIST,
    "frozen_set_type": LIST,
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
    "none_required": text("This must be null."),
    "datetime_type": INSTANT,
    "datetime_parsing": INSTANT,
    "datetime_from_date_parsing": INSTANT,
    "datetime_object_invalid": INSTANT,
    "timezone_naive": text("This instant needs a time zone, such as the Z at its end."),
    "date_type": DAY,
    "date_parsing": DAY,
    "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY,
    "uuid_type": text("This must be a UUID."),
    "uuid_parsing": text("This must be a UUID."),
    "url_type": text("This must be an address such as https://example.org/."),
    "url_parsing": text("This must be an address such as https://example.org/."),
    "json_invalid": text("This is no valid JSON."),
    "json_type": text("This is no valid JSON."),
}
"""By pydantic's type of error, whose names are the `code` of a field's problem."""


def words(found: ErrorDetails, model: type[BaseModel]) -> str:
    """`found` is one of `ValidationError.errors()` of `model`, with its context."""
    kind, context = found["type"], found.get("ctx", {})
    if kind in FIXED:
        return FIXED[kind]
    if kind == "extra_forbidden":
        return _unknown(found["loc"], model)
    if kind in ("value_error", "assertion_error"):
        return _own(context.get("error"))
    return _measured(kind, context) or OTHER


def _measured(kind: str, context: Mapping[str, Any]) -> Text | None:
    match kind:
        case "string_too_short" if context["min_length"] == 1:
            return text("This must not be empty.")
        case "string_too_short":
            least: int = context["min_length"]
            return ntext("At least {n} character is needed.", "At least {n} characters are needed.", least)
        case "string_too_long":
            most: int = context["max_length"]
            return ntext("At most {n} character is taken.", "At most {n} characters are taken.", most)
        case "too_short":
            least = context["min_length"]
            return ntext("At least {n} entry is needed.", "At least {n} entries are needed.", least)
        case "too_long":
            most = context["max_length"]
            return ntext("At most {n} entry is taken.", "At most {n} entries are taken.", most)
        case "string_pattern_mismatch":
            return text("This does not have the form that is asked for: {pattern}", pattern=context["pattern"])
        case "literal_error" | "enum":
            return text("This must be one of: {known}.", known=_known(context["expected"]))
        case _:
            return _bounded(kind, context)


def _bounded(kind: str, context: Mapping[str, Any]) -> Text | None:
    match kind:
        case "greater_than_equal":
            return text("This must be {bound} or more.", bound=context["ge"])
        case "greater_than":
            return text("This must be more than {bound}.", bound=context["gt"])
        case "less_than_equal":
            return text("This must be {bound} or less.", bound=context["le"])
        case "less_than":
            return text("This must be less than {bound}.", bound=context["lt"])
        case "multiple_of":
            return text("This must be a multiple of {bound}.", bound=context["multiple_of"])
        case _:
            return None


def _own(error: object) -> str:
    """What a validator of ours said."""
    said = error.args[0] if isinstance(error, Exception) and error.args else ""
    return said if isinstance(said, str) and said else OTHER


def _unknown(loc: tuple[int | str, ...], model: type[BaseModel]) -> Text:
    name = str(loc[-1]) if loc else ""
    near = get_close_matches(name[:100], _fields(model, loc[:-1]), 1)
    return text("Unknown field. Did you mean {name}?", name=near[0]) if near else text("Unknown field.")


def _fields(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Names that are known at `loc`; none where the way there is not plain."""
    for part in loc:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        below = _model(field.annotation) if field is not None else None
        if below is None:
            return []
        model = below
    return [field.alias or name for name, field in model.model_fields.items()]


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model(part)) is not None), None)


def _known(expected: str) -> str:
    """Pydantic's "'a', 'b' or 'c'" without its quotes and its English."""
    return ", ".join(re.findall(r"'([^']*)'", expected)) or expected
