"""Halls: sections, rows and seats with ids that stay."""
