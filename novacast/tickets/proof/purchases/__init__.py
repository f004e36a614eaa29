"""The books of purchases, looked through and attacked."""
