"""What somebody buys, and how it is paid."""
