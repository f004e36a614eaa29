"""Becoming a person: nobody has an account before a mail to its address was answered."""
