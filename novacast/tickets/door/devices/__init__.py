"""Devices at doors: phones and computers that scan for one list, without anybody being logged in on them."""
