"""Sounds made as loud as is wished: the pure rule, the command lines, and what real FFmpegs make of them."""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from novacast.media.commands import Wanted, rendition_command
from novacast.media.commands.sounds import loudness_command
from novacast.media.encode import ENCODE_LIMITS, make_renditions
from novacast.media.ffmpeg import FFmpeg
from novacast.media.info import Audio, MediaInfo
from novacast.media.ladder import plan_ladder
from novacast.media.loudness import MOST_GAIN, PEAK, Heard, levelled
from novacast.media.probe import probe

TARGET = -16.0
CODED = 0.5
"""dB by which AAC may pass a peak that it was given."""
TONE = "0.01*sin({}*2*PI*t)"
TRACKS = {
    "quiet": "anoisesrc=color=pink:amplitude=0.03:seed=1:duration=4,aformat=channel_layouts=stereo",
    "loud": "anoisesrc=color=pink:amplitude=1:seed=2:duration=4,volume=4dB,aformat=channel_layouts=stereo",
    "mono": "sine=frequency=997:duration=4,volume=-20dB",
    "silence": "anullsrc=channel_layout=stereo:duration=4",
    "peaks": "aevalsrc=0.02*sin(880*PI*t)+0.8*exp(-900*mod(t\\,0.5))*sin(2000*PI*t):duration=4:channel_layout=stereo",
    "blink": "sine=duration=0.2,volume=-20dB,aformat=channel_layouts=stereo",
    "many": f"aevalsrc={'|'.join(TONE.format(pitch) for pitch in (300, 400, 500, 60, 700, 800))}"
            ":channel_layout=5.1:duration=4",
}  # fmt: skip


def info(*channels: int) -> MediaInfo:
    layouts = {1: "mono", 2: "stereo", 6: "5.1"}
    tracks = [
        Audio(number, "flac", None, layouts[count], count, 48000, None, default=not number)
        for number, count in enumerate(channels)
    ]
    return MediaInfo("matroska", 1000, 4_000_000, None, None, None, tuple(tracks), (), ())


@pytest.mark.parametrize(
    ("heard", "target", "gain"),
    [
        (Heard(-40.0, 0.03), -16, 24.0),
        (Heard(-8.0, 0.99), -16, -8.0),
        (Heard(-16.0, 0.5), -16, 0.0),
        (Heard(-65.0, 0.002), -16, MOST_GAIN),
        (Heard(-70.0, 0.0), -16, 0.0),
        (Heard(-70.0, 0.9), -16, 0.0),
        (Heard(-30.0, 0.5), -16, 5.01),
        (Heard(-16.5, 1.2), -16, -2.59),
    ],
)
def test_a_gain_leads_to_the_target_as_far_as_peaks_allow_and_leaves_silence_alone(
    heard: Heard, target: float, gain: float
) -> None:
    assert heard.gain(target) == pytest.approx(gain, abs=0.01)


def graph(argv: tuple[str, ...]) -> str:
    return argv[argv.index("-filter_complex") + 1]


def test_sound_without_a_gain_is_encoded_as_ever_and_with_one_by_a_constant_factor() -> None:
    about = info(2)
    ladder = plan_ladder(about)
    (sound,) = ladder.sounds
    place, program = Path("/films/a.mkv"), Path("/bin/ffmpeg")
    plain = rendition_command(program, place, about, ladder, Wanted(sounds=(sound,)))
    assert "volume" not in graph(plain)
    louder = rendition_command(program, place, about, ladder, Wanted(sounds=(replace(sound, gain=-3.456),)))
    assert re.search(r"channel_layouts=stereo[^;]*sample_rates=48000\[s\d\];\[s\d\]volume=-3\.46dB", graph(louder))
    assert "loudnorm" not in graph(louder)
    copied = rendition_command(program, place, about, ladder, Wanted(sounds=(replace(sound, copied=True, gain=3.0),)))
    assert "-filter_complex" not in copied


def test_all_tracks_and_downmixes_are_heard_in_one_reading_without_the_picture() -> None:
    about = info(6, 1)
    sounds = plan_ladder(about).sounds
    assert [sound.channels for sound in sounds] == [2, 1, 6]
    argv = loudness_command(Path("/bin/ffmpeg"), Path("/films/a.mkv"), about, sounds)
    assert argv.count("-i") == 1
    heard = graph(argv)
    assert heard.count("ebur128=") == 3
    assert [layout in heard for layout in ("=stereo", "=mono", "=5.1")] == [True] * 3
    pipes = re.findall(r"file=pipe\\+:(\d)", heard)
    assert sorted(pipes) == ["4", "5", "6"]
    assert "[0:v]" not in heard


@pytest.fixture(scope="session")
def various(tmp_path_factory: pytest.TempPathFactory, program: Path) -> Path:
    """One file of all TRACKS."""
    target = tmp_path_factory.mktemp("sounds") / "various.mkv"
    inputs = [word for sound in TRACKS.values() for word in ("-f", "lavfi", "-i", sound)]
    maps = [word for number in range(len(TRACKS)) for word in ("-map", str(number))]
    command = [program, "-v", "error", "-nostdin", *inputs, *maps, "-c:a", "flac", "-ar", "48000", target]
    subprocess.run(command, check=True)
    return target


def measured(program: Path, file: Path, track: int = 0, *, mono: bool = False) -> tuple[float, float]:
    """LUFS and dBTP, by the filter's own summary."""
    options = f"ebur128=peak=true:dualmono={int(mono)}"
    command = [
        program,
        "-hide_banner",
        "-nostats",
        "-i",
        file,
        "-map",
        f"0:a:{track}",
        "-af",
        options,
        "-f",
        "null",
        "-",
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr.rpartition("Summary:")[2]
    loudness, peak = re.search(r"\bI:\s+(\S+) LUFS", said), re.search(r"\bPeak:\s+(\S+) dBFS", said)
    assert loudness
    assert peak
    return float(loudness[1]), float(peak[1])


def levels(program: Path, file: Path) -> list[float]:
    """RMS of each channel, dB."""
    options = "astats=measure_overall=none:measure_perchannel=RMS_level"
    command = [program, "-hide_banner", "-nostats", "-i", file, "-af", options, "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return [float(level) for level in re.findall(r"RMS level dB: (\S+)", said)]


async def test_of_more_channels_each_keeps_its_own_sound_beside_the_stereo_mix(
    program: Path, various: Path, tmp_path: Path
) -> None:
    about, kit = await probe(various), FFmpeg(program, "", frozenset(), "")
    ladder = plan_ladder(about)
    mix, many = [sound for sound in ladder.sounds if sound.index == list(TRACKS).index("many")]
    await make_renditions(kit, various, about, ladder, Wanted(sounds=(mix, many)), tmp_path)
    assert len(levels(program, tmp_path / mix.name / "index.m3u8")) == 2
    found = levels(program, tmp_path / many.name / "index.m3u8")
    assert len(found) == 6
    assert found == pytest.approx([-43.0] * 6, abs=1)


async def test_what_is_quiet_or_loud_comes_out_at_the_target_below_the_limit_and_silence_as_it_is(
    program: Path, various: Path, tmp_path: Path
) -> None:
    about, kit = await probe(various), FFmpeg(program, "", frozenset(), "")
    ladder = plan_ladder(about)
    sounds = await levelled(kit, various, about, ladder.sounds, TARGET, ENCODE_LIMITS)
    await make_renditions(kit, various, about, ladder, Wanted(sounds=sounds), tmp_path)
    names = [*TRACKS, "many in 5.1"]
    assert len(sounds) == len(names)
    gains = {name: sound.gain for name, sound in zip(names, sounds, strict=True)}
    made = {
        name: measured(program, tmp_path / sound.name / "index.m3u8", mono=sound.channels == 1)
        for name, sound in zip(names, sounds, strict=True)
    }
    for name in ("quiet", "loud", "mono", "many", "many in 5.1"):
        assert made[name][0] == pytest.approx(TARGET, abs=1), (name, gains, made)
    assert gains["loud"] < -5
    assert gains["quiet"] > 15
    assert all(peak <= PEAK + CODED for _, peak in made.values()), made
    # High peaks bound the gain and are not cut: it stays softer than the target.
    assert 0 < gains["peaks"] < 5
    assert made["peaks"][0] < TARGET - 3
    # Heard apart: the stereo mix of several channels is softer than they are.
    assert gains["many"] - gains["many in 5.1"] == pytest.approx(1.7, abs=0.3)
    assert min(levels(program, tmp_path / sounds[-1].name / "index.m3u8")) > -60
    assert (gains["silence"], gains["blink"]) == (0, 0)
    assert made["silence"][0] == -70
    before = measured(program, various, list(TRACKS).index("blink"))
    assert made["blink"][1] == pytest.approx(before[1], abs=1.5)
