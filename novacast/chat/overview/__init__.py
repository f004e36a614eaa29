"""How lively rooms are, for those who run the server."""
