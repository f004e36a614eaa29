"""Small pictures of an organization's own, said as `:name:` in its rooms."""
