"""Who has tickets, for those who tell them when it begins."""
