"""What organizers see of their doors."""
