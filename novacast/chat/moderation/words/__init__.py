"""Words and phrases that are held, refused or replaced, however they are spelled."""
