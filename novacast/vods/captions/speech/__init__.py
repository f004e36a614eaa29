"""Captions made by a machine of what is said, by a server that writes down speech."""
