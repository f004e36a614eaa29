"""Moderation of all rooms of an organization."""
