"""What other programs ask to see whether all is well: figures for Prometheus, signs of life."""
