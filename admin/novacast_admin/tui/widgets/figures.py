"""Numbers as people read them at a glance. None is a dash: not measured."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

BLOCKS = "▁▂▃▄▅▆▇█"
FULL, REST = "█", "░"
NONE = "–"
MARKS = {"ok": "ok", "warning": "! warning", "failed": "!! failed"}
"""Of what an examination found."""


def spark(values: Sequence[float], width: int) -> str:
    """The last `width` of them between nothing and their largest, filled up on the left."""
    shown = [max(value, 0.0) for value in values[-width:]]
    top = max(shown, default=0.0)
    line = "".join(BLOCKS[round(value / top * (len(BLOCKS) - 1))] if top else BLOCKS[0] for value in shown)
    return line.rjust(width)


def bar(share: float | None, width: int) -> str:
    """0 to 1; a little is never shown as nothing."""
    if share is None:
        return REST * width
    filled = min(width, max(round(share * width), 1 if share > 0 else 0))
    return FULL * filled + REST * (width - filled)


def size(count: float | None) -> str:
    """Bytes, in powers of 1000."""
    if count is None:
        return NONE
    for unit in ("B", "kB", "MB", "GB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit in ("B", "kB") or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def bits(rate: float | None) -> str:
    """Bits a second."""
    if rate is None:
        return NONE
    return f"{rate / 1e6:.1f} Mb/s" if rate >= 1e6 else f"{rate / 1e3:.0f} kb/s"


def percent(share: float | None) -> str:
    if share is None:
        return NONE
    return f"{share:.1%}" if 0 < share < 0.01 else f"{share:.0%}"


def number(value: float | None, unit: str = "", digits: int = 0) -> str:
    return NONE if value is None else f"{value:.{digits}f}{f' {unit}' if unit else ''}"


def span(seconds: float | None) -> str:
    """Such as 2:05:09 or 5:09."""
    if seconds is None:
        return NONE
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _digits(currency: str) -> int:
    from babel.numbers import get_currency_precision  # the languages of the world, which no first screen waits for

    return get_currency_precision(currency)


def money(amount: int, currency: str) -> str:
    """Of minor units: 2000 EUR is 20.00 EUR, 2000 JPY is 2,000 JPY."""
    digits = _digits(currency)
    return f"{amount / 10**digits:,.{digits}f} {currency}"


def minor(written: str, currency: str) -> int | None:
    """What somebody wrote as an amount, in minor units; None: it is none of this currency."""
    try:
        exact = Decimal(written.strip().replace(",", ".")).scaleb(_digits(currency))
    except InvalidOperation:
        return None
    return int(exact) if exact.is_finite() and exact == int(exact) and exact > 0 else None


def words(parts: Iterable[str], between: str = "  ") -> str:
    return between.join(part for part in parts if part)


def moment(at: str | None) -> str:
    """Of an instant as the API writes it, in this machine's time zone: 30.11. 19:50."""
    return "" if at is None else f"{datetime.fromisoformat(at).astimezone():%d.%m. %H:%M}"


def clock(at: str | None) -> str:
    return "" if at is None else f"{datetime.fromisoformat(at).astimezone():%H:%M:%S}"
