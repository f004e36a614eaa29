"""Signing in, and everything that is then carried in place of the password: cookies, access and refresh tokens."""
