"""What memberships houses offer."""
