"""Files of subtitles as they come: read as far as they can be, and never more let through than is known to be safe."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacast.errors import InvalidInput, TooLarge, UnsupportedMedia
from novacast.vods.captions.formats import reading, subrip, webvtt
from novacast.vods.captions.formats.markup import DEEPEST, clean, escaped, of_substation, plain, settings, to_subrip
from novacast.vods.captions.models import LONGEST_TEXT, MOST_BYTES, MOST_CUES, Cue

SRT = """1
00:00:01,000 --> 00:00:02,500
Good <i>evening</i>,
<font color="red">ladies & gentlemen</font>

2
00:00:03,000 --> 00:00:04,000
{\\an8}On top
"""
VTT = """WEBVTT - Title

STYLE
::cue { background: url(https://evil.example/x) }

NOTE a remark

intro
00:01.000 --> 00:02.500 align:start line:0 region:r1 position:foo
<v Mary O'Hara>Good <b>evening</b></v>

1:00:03.000 --> 1:00:04.000
<c.yellow.bg_blue>An hour on</c>
"""
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,Not shown
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\i1}Good{\\i0} evening,\\Nladies, all
Dialogue: 1,0:00:01.00,0:00:02.50,Default,,0,0,0,,{\\i1}Good{\\i0} evening,\\Nladies, all
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\an8\\pos(1,2)}Top{\\p1}m 0 0 l 10 10{\\p0}
"""


def test_subrip_is_read_with_its_tags_and_its_place() -> None:
    cues = reading.read(SRT.encode()).cues
    assert cues == (
        Cue(1000, 2500, "Good <i>evening</i>,\nladies &amp; gentlemen"),
        Cue(3000, 4000, "On top", "line:0"),
    )


def test_webvtt_is_read_without_styles_remarks_and_unknown_settings() -> None:
    document = reading.read(VTT.encode())
    assert document.cues == (
        Cue(1000, 2500, "<v Mary O'Hara>Good <b>evening</b></v>", "align:start line:0"),
        Cue(3_603_000, 3_604_000, "<c.yellow.bg_blue>An hour on</c>"),
    )
    assert document.warnings == ()


def test_substation_is_read_without_remarks_doubles_and_drawings() -> None:
    cues = reading.read(ASS.replace("\n", "\r\n").encode()).cues
    assert cues == (
        Cue(1000, 2500, "<i>Good</i> evening,\nladies, all"),
        Cue(3000, 4000, "Top", "line:0"),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-mark", "cp1252"])
def test_letters_survive_whatever_they_were_written_in(encoding: str) -> None:
    words = SRT.replace("evening", "Grüße, Größe und Übermut")
    raw = "\ufeff".encode("utf-16-be") + words.encode("utf-16-be") if "mark" in encoding else words.encode(encoding)
    document = reading.read(raw, "de")
    assert "Grüße, Größe und Übermut" in document.cues[0].text
    assert bool(document.warnings) == (encoding == "cp1252")


def test_a_guess_without_a_language_is_told() -> None:
    words = "1\n00:00:01,000 --> 00:00:02,000\nПриветствую вас, дамы и господа, в нашем театре\n" * 5
    document = reading.read(words.encode("cp1251"))
    assert "Приветствую" in document.cues[0].text
    assert "was guessed" in document.warnings[0]


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", UnsupportedMedia),
        (b"hello", UnsupportedMedia),
        (b"\x00\x01\x02\xff" * 100, UnsupportedMedia),
        (b"\x1a\x45\xdf\xa3" + bytes(500), UnsupportedMedia),
        (b"WEBVTT\n\nnothing", InvalidInput),
        (b"1\n00:00:05,000 --> 00:00:02,000\nBackwards\n", InvalidInput),
        (b"x" * (MOST_BYTES + 1), TooLarge),
        (b"".join(b"%d\n00:00:01,000 --> 00:00:02,000\nx\n\n" % n for n in range(MOST_CUES + 1)), InvalidInput),
        (b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\n" + b"a " * 400 + b"\n\n" , None),
    ],
)  # fmt: skip
def test_what_is_no_subtitles_is_refused_in_words(raw: bytes, error: type[Exception] | None) -> None:
    if error is None:
        assert reading.read(raw).cues
        return
    with pytest.raises(error):
        reading.read(raw)


def test_what_is_left_out_is_counted() -> None:
    words = (
        "WEBVTT\n\nrubbish --> here\nx\n\n00:05.000 --> 00:04.000\nx\n\n"
        f"9999:00:00.000 --> 9999:00:01.000\nx\n\n00:01.000 --> 00:02.000\n{'<b>&' * 600}\n"
    )
    document = reading.read(words.encode())
    assert [len(cue.text) <= LONGEST_TEXT for cue in document.cues] == [True]
    assert len(document.warnings) == 4


def test_a_blank_line_in_subrip_ends_nothing() -> None:
    words = "1\n00:00:01,000 --> 00:00:02,000\nOne\n\nTwo\n\n2\n00:00:03,000 --> 00:00:04,000\n1984\n"
    assert [cue.text for cue in reading.read(words.encode()).cues] == ["One\nTwo", "1984"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<script>alert(1)</script>", "alert(1)"),
        ('<img src=x onerror="x()">words', "words"),
        ("<b onclick=x>bold</b>", "<b>bold</b>"),
        ("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d"),
        ("I <3 you", "I &lt;3 you"),
        ("<i>open", "<i>open</i>"),
        ("<b><i>crossed</b></i>", "<b><i>crossed</i></b>"),
        ("--> 00:01", "--&gt; 00:01"),
        ("one\n\n\ntwo", "one\ntwo"),
        ("<i> </i>\n&nbsp;", ""),
        ("&lt;b&gt;", "&lt;b&gt;"),
        ("<00:00:01.000>karaoke", "karaoke"),
        ("<ruby>漢<rt>kan</rt></ruby><rt>loose</rt>", "<ruby>漢<rt>kan</rt></ruby>loose"),
        ("<lang en-GB>colour</lang>", "<lang en-GB>colour</lang>"),
        ("a\x00b\x1b\ufeffc", "abc"),
    ],
)  # fmt: skip
def test_only_known_markup_is_let_through(given: str, kept: str) -> None:
    assert clean(given).replace("\ufffd", "") == kept


def test_settings_are_known_ones_or_none() -> None:
    assert settings("line:0 align:start size:50% region:x line:5 vertical:rl;x position:10%") == (
        "line:0 align:start size:50% position:10%"
    )


def test_codes_in_braces_are_closed_in_order() -> None:
    assert of_substation("{\\b1}a{\\i1}b{\\b0}c{\\r}d") == ("<b>a<i>b</i></b><i>c</i>d", "")
    assert of_substation("{\\b700}x{\\b0} <b>&</b>") == ("<b>x</b> &lt;b&gt;&amp;&lt;/b&gt;", "")


words = st.text(alphabet=st.sampled_from("ab <>/&;-\n.{}\\biuc1vlangruyt0:\u202e漢\x00"), max_size=80) | st.text(
    max_size=60
)


@given(words)
def test_cleaned_text_is_safe_and_stays_as_it_is(given: str) -> None:
    kept = clean(given)
    assert clean(kept) == kept
    assert "-->" not in kept
    assert "\n\n" not in kept
    assert not kept.startswith("\n")
    for tag in re.findall(r"<[^>]*>", kept):
        assert re.fullmatch(r"</?(?:b|i|u|c|v|lang|ruby|rt)(?:\.[\w-]+)*(?: [^<>]*)?>", tag)
    assert kept.count("<") == len(re.findall(r"<[^<>]*>", kept))


cue = st.builds(
    lambda start, length, text: Cue(start, start + length, escaped(text)),
    st.integers(0, 3_600_000_000 - 100_000),
    st.integers(1, 99_999),
    st.text(min_size=1, max_size=100).filter(lambda text: bool(clean(escaped(text)) == escaped(text) != "")),
)


@given(st.lists(cue, min_size=1, max_size=8))
def test_what_is_written_is_read_back_the_same(cues: list[Cue]) -> None:
    ordered = tuple(sorted(cues, key=lambda one: (one.start, one.end)))
    assert reading.read(webvtt.write(ordered).encode()).cues == ordered


def test_subrip_is_written_with_the_tags_that_its_players_know() -> None:
    cues = (Cue(1000, 2500, "<v Mary><i>A</i> &amp; <c.x>B</c></v>", "line:0"), Cue(3_723_004, 3_724_000, "C"))
    assert subrip.write(cues) == (
        "1\n00:00:01,000 --> 00:00:02,500\n{\\an8}<i>A</i> & B\n\n2\n01:02:03,004 --> 01:02:04,000\nC\n"
    )
    assert [one.text for one in reading.read(subrip.write(cues).encode()).cues] == ["<i>A</i> &amp; B", "C"]


def test_plain_words_have_no_markup() -> None:
    assert plain("<v A>x &amp; <b>y</b></v>") == "x & y"
    assert to_subrip("<b>x</b> &lt;") == "<b>x</b> <"


def test_reading_takes_no_longer_than_the_length_of_the_words() -> None:
    # Each of these took minutes or more while it took the square or the cube.
    assert clean("a<b" + " " * 200_000) == "a&lt;b"
    deep = clean("<b>" * 100_000 + "x" + "</i>" * 100_000)
    assert deep == "<b>" * DEEPEST + "x" + "</b>" * DEEPEST
    assert len(clean("a" + "\u0301" * 300_000 + "\u0316" * 300_000)) < 40
