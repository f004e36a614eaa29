"""Captions and subtitles: several languages a video, from its file, from people, or from what was said in it."""
