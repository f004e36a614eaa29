"""People, events and orders from other systems' files."""
