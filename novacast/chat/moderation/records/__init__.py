"""What somebody said in a room, for their card."""
