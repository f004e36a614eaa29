"""An event rehearsed on this machine: a real server on a folder of its own, a crowd beside it, what both can take."""
