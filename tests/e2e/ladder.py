"""The recipe of the small HLS ladder that the player's tests play."""

from pathlib import Path

SECONDS = 24
_PICTURE = ["-f", "lavfi", "-i", f"testsrc2=s=640x360:r=25:d={SECONDS}"]
_SOUND = ["-f", "lavfi", "-i", f"sine=440:d={SECONDS}"]
_LADDER = "-c:v libx264 -preset ultrafast -g 100 -keyint_min 100 -sc_threshold 0 -c:a aac -b:v:0 100k -b:v:1 400k"
_HLS = "-f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type fmp4 -hls_flags independent_segments"

COMMANDS = (
    [
        *_PICTURE,
        *_SOUND,
        *("-filter_complex", "[0:v]split=2[a][b];[a]scale=256:144[c]"),
        *("-map", "[c]", "-map", "[b]", "-map", "1:a"),
        *_LADDER.split(),
        *_HLS.split(),
        *("-hls_segment_filename", "v%v_%03d.m4s", "-hls_fmp4_init_filename", "init_%v.mp4"),
        *("-master_pl_name", "master.m3u8", "-var_stream_map", "v:0,agroup:a v:1,agroup:a a:0,agroup:a", "v%v.m3u8"),
    ],
    [*_PICTURE, "-vf", "fps=1/4,scale=160:90,tile=3x2", "-frames:v", "1", "storyboard.jpg"],
    [*_PICTURE, "-frames:v", "1", "poster.jpg"],
)

_CAPTIONS = '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="Deutsch",LANGUAGE="de",AUTOSELECT=YES,URI="captions.m3u8"'


def write_texts(folder: Path) -> None:
    """Captions and storyboard beside what FFmpeg made, and the captions' line in the master playlist."""
    master = (folder / "master.m3u8").read_text()
    master = master.replace("#EXT-X-STREAM-INF:", '#EXT-X-STREAM-INF:SUBTITLES="s",')
    (folder / "master.m3u8").write_text(master.replace("#EXTM3U\n", f"#EXTM3U\n{_CAPTIONS}\n", 1))
    (folder / "captions.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{SECONDS}\n#EXT-X-PLAYLIST-TYPE:VOD\n"
        f"#EXTINF:{SECONDS},\ncaptions.vtt\n#EXT-X-ENDLIST\n"
    )
    (folder / "captions.vtt").write_text(
        f"WEBVTT\n\n00:00.000 --> 00:{SECONDS}.000\nGuten Abend, verehrtes Publikum.\n"
    )
    cues = [
        f"00:{i * 4:02d}.000 --> 00:{i * 4 + 4:02d}.000\nstoryboard.jpg#xywh={i % 3 * 160},{i // 3 * 90},160,90\n"
        for i in range(SECONDS // 4)
    ]
    (folder / "storyboard.vtt").write_text("\n".join(["WEBVTT\n", *cues]))
