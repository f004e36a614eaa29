"""A test broadcast before the real one: seen by those who produce alone, kept by nobody."""
