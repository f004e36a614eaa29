"""What the box office forgets with time. What was paid for is no part of it."""
