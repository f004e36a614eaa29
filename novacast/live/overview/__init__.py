"""Broadcasts of all organizations as those who run the server see them."""
