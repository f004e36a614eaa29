"""Banks that ask about a payment, and have taken nothing of it."""
