"""Another seat for a ticket, chosen by the house."""
