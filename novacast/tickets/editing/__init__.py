"""What an order holds, changed after it was paid."""
