"""Every mail as it would look, with somebody's data who does not exist, in every language."""
