"""What an account tells as one, and the books have in several entries."""
