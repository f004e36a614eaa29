"""Files of subtitles, read and written. Pure."""
