"""A performance on its evening: how it stands, its sale opened and closed."""
