"""Banks that take back what was paid for a membership."""
