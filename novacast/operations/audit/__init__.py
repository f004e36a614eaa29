"""What operators did: written down before it is done, never changed, and given out as a file."""
