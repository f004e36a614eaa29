"""A machine that looks at what was said, after it was said, and holds what it finds."""
