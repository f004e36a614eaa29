"""What is collected becomes an order, or several that are paid at once."""
