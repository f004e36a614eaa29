"""Payments that a bank took back, and what the house can say about it."""
