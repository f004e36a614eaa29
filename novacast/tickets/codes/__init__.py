"""Codes that make something cheaper, open what is hidden, or have places kept for them."""
