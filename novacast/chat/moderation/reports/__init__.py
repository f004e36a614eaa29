"""What viewers report."""
