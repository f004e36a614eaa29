"""Memberships whose periods somebody outside counts. Nothing is believed: they are asked, and it is settled."""
