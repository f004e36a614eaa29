"""Chat: a room for each programme and each video, for whoever may watch it.

The same id names the thing that is watched and its room; a programme that becomes a video keeps both, and so its chat.
"""
