"""Events and orders that come over from another system, with the codes of their tickets."""
