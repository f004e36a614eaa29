"""Memberships: plans that are paid for by the month or the year, and what they open while they last."""
