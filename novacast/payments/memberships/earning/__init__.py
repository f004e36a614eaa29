"""What is paid for a time is earned with the time."""
