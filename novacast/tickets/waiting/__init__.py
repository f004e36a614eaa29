"""Who waits for what is sold out, in order, and is offered what becomes free."""
