"""Whom a message names, told to the rest of the house: whoever is not in the room may want to know."""
