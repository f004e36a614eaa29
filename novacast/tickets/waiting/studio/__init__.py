"""The waiting list for those who sell."""
