"""Mails that remind viewers of what is planned, asked for by themselves."""
