"""What was sold, of what there was: figures, graphs, exports."""
