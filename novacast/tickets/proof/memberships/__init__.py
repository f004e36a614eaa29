"""Memberships held against the ledger."""
