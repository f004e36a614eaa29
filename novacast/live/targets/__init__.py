"""Other places that a channel's programmes are sent on to while they are on air."""
