"""Stripe: cards and whatever else it takes, on pages of its own. Card data never reaches this server."""
