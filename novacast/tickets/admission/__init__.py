"""Tickets: their codes, what they open, and making them anew."""
