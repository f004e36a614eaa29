"""Orders as an organization's office sees them: found, filtered, exported."""
