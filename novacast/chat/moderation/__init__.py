"""Keeping a room fit to be in: who may write there, what may be said, what is looked at first, and taking back."""
