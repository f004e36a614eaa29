"""The bytes: from a file's name in an address to a range of a shared buffer on a socket."""
