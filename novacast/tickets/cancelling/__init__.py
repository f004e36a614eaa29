"""Tickets given back: by which rules buyers may, what they get for them, and how a house cancels single ones."""
