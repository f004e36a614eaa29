"""Mails about memberships."""
