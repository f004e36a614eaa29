"""What shows a bank that a membership was agreed, paid and used."""
