"""Chapters of a video: from its file, or typed. Players get them as a WebVTT track, people as a list of links."""
