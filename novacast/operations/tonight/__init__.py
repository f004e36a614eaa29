"""What goes on at this moment, in one look: once, or every second for who keeps looking."""
