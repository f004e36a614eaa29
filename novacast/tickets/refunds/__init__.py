"""Money on its way back to buyers."""
