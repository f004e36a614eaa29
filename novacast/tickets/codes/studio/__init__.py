"""Codes for those who arrange: made, looked through, switched off."""
