"""The books looked through, and attacks on them."""
