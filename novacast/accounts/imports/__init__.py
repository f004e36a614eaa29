"""People who come over from another system."""
