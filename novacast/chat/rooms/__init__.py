"""Rooms while somebody is in them: who is there, and what goes out to them."""
