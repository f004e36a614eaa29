"""Tickets on paper and in calendars."""
