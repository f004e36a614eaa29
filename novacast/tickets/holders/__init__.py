"""Whose a ticket is: taken into an account, renamed, handed on to somebody else."""
