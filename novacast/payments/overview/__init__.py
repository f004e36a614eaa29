"""What came from those who move money and was not worked on, for those who run the server."""
