"""What an organizer asks about each ticket, or about an order, and what was answered."""
