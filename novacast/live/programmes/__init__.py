"""Programmes: what is planned, on air, or was."""
