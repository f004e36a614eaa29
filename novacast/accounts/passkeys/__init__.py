"""Passkeys: another way to log in, and to prove who is there."""
