"""Collections: videos of an organization in an order that somebody gave them."""
