"""The box office of all organizations as those who run the server see it."""
