import pytest

from novacast.database import Page, keyset
from novacast.errors import InvalidInput


def test_a_cursor_comes_back_as_the_key_it_was_made_from() -> None:
    page = Page.of([(3, "c"), (2, "b"), (1, "a")], 2, lambda row: row)
    assert page.items == [(3, "c"), (2, "b")]
    assert keyset(page.next, int, str) == (2, "b")


def test_the_last_page_has_no_cursor() -> None:
    assert Page.of([(1, "a")], 2, lambda row: row).next is None
    assert Page.of([], 2, lambda row: row).next is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "%",
        "AAAA",
        "WzEsMl0",
        "WzEsImEiLDFd",
        "bnVsbA",
        "WzFlOTk5LCJhIl0",
        "W" * 5000,
        "WzE4NDQ2NzQ0MDczNzA5NTUxNjE2LCJhIl0",
        "WzEsIlx1ZDgwMCJd",
        "é",
    ],
)
def test_a_forged_cursor_is_refused_by_name(cursor: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        keyset(cursor, int, str)
    assert refused.value.errors[0].field == "cursor"
