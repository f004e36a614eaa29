"""Taking back what a moderator did."""
