"""Performances of which everything is given back."""
