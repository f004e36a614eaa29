"""How long things are kept, carried out and told of."""
