"""What a tier opens, chosen by title."""
