"""Orders as the house sees and handles them."""
