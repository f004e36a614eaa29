"""Messages that wait until a moderator has looked at them."""
