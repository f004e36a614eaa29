"""Tickets: what they open, and who was let in."""
