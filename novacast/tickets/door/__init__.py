"""The door: lists with rules, devices that scan, what they say of a ticket, and what became of it without a network."""
