"""Who may watch what, until when, and the bytes themselves."""
