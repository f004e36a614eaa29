"""What went otherwise with money than it should, until somebody of the house has looked at it."""
