"""The rules about videos, as tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.clock import SECOND
from novacast.errors import InvalidInput
from novacast.identity import ANONYMOUS, SYSTEM, Principal, Role
from novacast.vods.models import (
    Changes,
    Video,
    VideoState,
    Visibility,
    finished_at,
    match_expression,
    may_edit,
    may_see,
    may_watch,
    title_of,
)


def video(visibility: Visibility, state: VideoState = VideoState.READY, owner: str | None = "maker") -> Video:
    return Video(
        id="v", org_id="org", owner_id=owner, title="T", description="", language="", visibility=visibility,
        state=state, created_at=0, updated_at=0, published_at=0, duration=1, width=1, height=1, source_name="f",
        source_bytes=1, media_bytes=1, edition="e", has_poster=False, has_storyboard=False,
    )  # fmt: skip


def member(role: Role, org: str = "org", name: str = "member") -> Principal:
    return Principal(person_id=name, roles={org: role})


PEOPLE = {
    "anonymous": ANONYMOUS,
    "signed in": Principal(person_id="someone"),
    "other organization": member(Role.OWNER, "elsewhere"),
    "door": member(Role.DOOR),
    "moderator": member(Role.MODERATOR),
    "producer": member(Role.PRODUCER),
    "maker with a small role": member(Role.DOOR, name="maker"),
    "maker who left": Principal(person_id="maker"),
    "system": SYSTEM,
}
EDITORS = {"producer", "maker with a small role", "system"}
MEMBERS = {"door", "moderator"} | EDITORS
WATCHERS = {
    Visibility.PUBLIC: set(PEOPLE),
    Visibility.UNLISTED: set(PEOPLE),
    Visibility.SIGNED_IN: set(PEOPLE) - {"anonymous"},
    Visibility.ORGANIZATION: MEMBERS,
    Visibility.PRIVATE: EDITORS,
}


@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("who", list(PEOPLE))
def test_who_may_watch_is_a_table(visibility: Visibility, who: str) -> None:
    assert may_watch(PEOPLE[who], video(visibility)) == (who in WATCHERS[visibility])


@pytest.mark.parametrize("who", list(PEOPLE))
def test_only_editors_see_what_is_not_ready(who: str) -> None:
    for state in (VideoState.PROCESSING, VideoState.FAILED):
        assert may_see(PEOPLE[who], video(Visibility.PUBLIC, state)) == (who in EDITORS)
    assert may_edit(PEOPLE[who], video(Visibility.PUBLIC)) == (who in EDITORS)


def test_an_erased_owner_is_nobody() -> None:
    assert not may_edit(ANONYMOUS, video(Visibility.PRIVATE, owner=None))
    assert not may_watch(member(Role.DOOR), video(Visibility.PRIVATE, owner=None))


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("a_b.mp4", "a b"),
        ("C:\\films\\Über uns.final.mov", "Über uns.final"),
        (".hidden", ".hidden"),
        ("", "Untitled"),
        ("...", "..."),
        ("x" * 500 + ".mp4", "x" * 200),
        ("a\x00b\u202egpj.mp4", "a b gpj"),
    ],
)
def test_a_file_name_becomes_a_title(filename: str, title: str) -> None:
    assert title_of(filename) == title


def test_all_that_is_wrong_with_an_edit_is_told_at_once() -> None:
    with pytest.raises(InvalidInput) as caught:
        Changes(title="  ", description="x" * 10_001, language="no such language").checked()
    assert {error.field for error in caught.value.errors} == {"title", "description", "language"}


def test_texts_are_stored_without_what_can_deceive() -> None:
    columns = Changes(title="  A\u202e  B\n\x00C ", description=" a\r\nb\x07 ", language=" pt-BR ").checked()
    assert columns == {"title": "A B C", "description": "a\nb", "language": "pt-BR"}


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("one", '"one"*'),
        ('two "words', '"two" "words"*'),
        ("a AND NOT b* OR (c)", '"a" "AND" "NOT" "b" "OR" "c"*'),
        ("title:x", '"title" "x"*'),
        ("***", None),
        ("", None),
        ("_", None),
        ("a b c d e f g h i j", '"a" "b" "c" "d" "e" "f" "g" "h"*'),
    ],
)
def test_a_search_is_words_and_never_syntax(text: str, expression: str | None) -> None:
    assert match_expression(text) == expression


@given(st.text())
def test_no_text_makes_an_expression_with_stray_quotes(text: str) -> None:
    expression = match_expression(text)
    assert expression is None or expression.count('"') % 2 == 0


def test_a_mountain_of_marks_upon_one_letter_is_taken_down_before_it_is_put_in_order() -> None:
    # Putting them in order took the square of their number, for minutes.
    marked = Changes(title="Se\u0301ance a" + "\u0301" * 300_000 + "\u0316" * 300_000).checked()["title"]
    assert marked.startswith("S\u00e9ance ")
    assert len(marked) < 50


def test_the_credits_count_as_the_end() -> None:
    hour = 3600 * SECOND
    assert finished_at(hour - 50 * SECOND, hour)
    assert not finished_at(hour - 70 * SECOND, hour)
    assert finished_at(9 * SECOND, 10 * SECOND)
    assert not finished_at(7 * SECOND, 10 * SECOND)
    assert not finished_at(SECOND, 2 * SECOND)
    assert not finished_at(5, None)
