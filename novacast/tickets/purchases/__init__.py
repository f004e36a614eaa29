"""Several orders, and at most one membership, that are bought together and paid by one payment."""
