"""FFmpeg kit: child processes, finding FFmpeg, probing, ladders, commands, progress, playlists. No database, no web."""
