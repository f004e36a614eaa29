"""Messages that somebody gave something with: said once it is there, and marked with what it was."""
