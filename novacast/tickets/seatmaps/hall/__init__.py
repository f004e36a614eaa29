"""A performance's seats as buyers and sellers see them: drawing, states, what is best, what is blocked."""
