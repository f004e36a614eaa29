"""Members as the house sees them."""
