"""Days that cost nothing: once for a person, whatever account they come with."""
