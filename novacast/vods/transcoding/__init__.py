"""From an original to what can be watched: the row that tells how far it is, and the work itself."""
