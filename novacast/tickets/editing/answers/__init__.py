"""What a buyer answered, changed by the house."""
