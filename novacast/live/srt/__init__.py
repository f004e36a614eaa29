"""SRT: encoders that call one UDP port, and are received here (draft-sharabayko-srt-01)."""
