"""Sending on what viewers see: each place has a process of its own, and none can hurt the show."""
