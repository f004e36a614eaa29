"""What is sold: events, their performances, items and quotas."""
