"""Tips in rooms: an amount with a message, which is shown once the money is there."""
