"""Looking after a running venue: what is wrong with it, and how to mend that."""
