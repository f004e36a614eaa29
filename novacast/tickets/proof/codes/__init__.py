"""Attacks on codes, and what must be true of them."""
