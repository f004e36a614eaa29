"""On to where an order is paid."""
