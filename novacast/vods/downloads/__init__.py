"""Videos to be taken home, by those who are allowed: the original, or a rung as one file that a job makes."""
