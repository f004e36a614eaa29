"""Rooms over a connection that stays: WebSocket, and server-sent events for those who only read."""
