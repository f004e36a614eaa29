"""The room that videos take: what there is, what may be, what a new one will need, and what can go."""
