"""What was paid for memberships and is given back."""
