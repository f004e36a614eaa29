"""FFmpeg command lines, as pure functions: facts and plans in, argv out. Nothing here starts anything.

ffmpeg-python draws the filter graph and compiles the line. What it can't express is prepended as a plain list: the
global options, because it would put them behind the last output.

Outputs are named relative to a folder that the caller makes the child's working directory: patterns like %05d would
take a percent sign in a folder's name for theirs. Inputs are absolute `file:` URLs.
"""

from novacast.media.commands.ingest import ingest_command
from novacast.media.commands.line import INIT, PLAYLIST, SEGMENTS, Node, line
from novacast.media.commands.live import LiveWanted, live_command, monitor_command, slate_command
from novacast.media.commands.renditions import Wanted, ladder_command, rendition_command
from novacast.media.commands.stills import (
    cover_command,
    poster_command,
    storyboard_command,
    strip_command,
    waveform_command,
)
from novacast.media.commands.video import WHOLE, Encoding, Part, video_options

__all__ = [
    "INIT", "PLAYLIST", "SEGMENTS", "WHOLE", "Encoding", "LiveWanted", "Node", "Part", "Wanted", "cover_command",
    "ingest_command", "ladder_command", "line", "live_command", "monitor_command", "poster_command",
    "rendition_command", "slate_command", "storyboard_command", "strip_command", "video_options", "waveform_command",
]  # fmt: skip
