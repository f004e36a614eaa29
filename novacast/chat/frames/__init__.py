"""What rooms tell those who are in them, as programs may rely on it."""
