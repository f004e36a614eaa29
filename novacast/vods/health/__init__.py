"""Health: how playing went on the viewers' devices, as their players tell it."""
