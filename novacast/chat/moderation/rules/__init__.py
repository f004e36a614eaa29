"""What holds in a room: who may write, what may be linked, how new an account may be."""
