"""Time-outs and bans, of people and of where they come from."""
