"""Attacks on the waiting list, and what must be true of it."""
