"""What was broadcast, kept while it happens: segments and a journal, of which a video is made by writing playlists."""
