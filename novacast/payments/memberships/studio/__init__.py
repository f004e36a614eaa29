"""Memberships as an organizer arranges them."""
