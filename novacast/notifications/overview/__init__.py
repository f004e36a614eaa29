"""Mails and webhooks that wait, for those who run the server."""
