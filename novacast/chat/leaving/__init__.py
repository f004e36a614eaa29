"""What goes: people who are erased, and rooms of what is gone."""
