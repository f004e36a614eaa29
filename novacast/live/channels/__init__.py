"""Channels: where programmes are on air, and how."""
