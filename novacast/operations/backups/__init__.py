"""Copies of the whole venue: made while it serves, encrypted, each content kept once, and proved by restoring."""
