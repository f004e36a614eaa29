"""Double entry: what came, what it was for, and what is owed to whom."""
