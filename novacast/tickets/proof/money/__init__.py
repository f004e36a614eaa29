"""The books of money, looked through and attacked."""
