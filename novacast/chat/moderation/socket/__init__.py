"""Moderation over the WebSocket."""
