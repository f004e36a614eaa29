"""A person's own account: profile, password, address."""
