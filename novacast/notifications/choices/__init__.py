"""By which ways people want to be told of what: switches, and the links that turn one off from a mail."""
