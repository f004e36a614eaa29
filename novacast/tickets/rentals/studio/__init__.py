"""A video's sale as its organizer decides it."""
