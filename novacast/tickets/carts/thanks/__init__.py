"""The page of a purchase: what was bought together, and what is to be paid for it."""
