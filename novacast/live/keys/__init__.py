"""Stream keys: who may feed a channel."""
