"""An evening arranged by whoever sells it: made in one step, copied, changed."""
