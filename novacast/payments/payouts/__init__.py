"""What a provider keeps for itself, what it pays out to the bank, and whether that is what the books say."""
