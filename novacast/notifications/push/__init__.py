"""Web Push: messages that reach a browser without its page, by the service that its maker runs (RFC 8030)."""
