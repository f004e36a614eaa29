"""The box office: events and what of them is sold, seats, holds, orders, tickets, and who was let in."""
