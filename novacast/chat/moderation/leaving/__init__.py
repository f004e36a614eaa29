"""What goes with people, rooms and organizations."""
