"""The counter: sold in seconds, to whoever stands there."""
