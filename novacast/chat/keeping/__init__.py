"""What chat forgets with time."""
