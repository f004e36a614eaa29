"""The operators' console in a browser: a process of its own for each, behind a log-in that is asked for anew."""
