"""What Stripe counts by itself: subscriptions, their invoices, and the customers who pay them."""
