"""What buyers and receivers are told by mail."""
