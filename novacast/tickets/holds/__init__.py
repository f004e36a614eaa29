"""What somebody has in the basket, for a while."""
