"""The box office in the studio: what an organization sells, and who works on it."""
