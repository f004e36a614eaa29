"""What moderators alone are told, described."""
