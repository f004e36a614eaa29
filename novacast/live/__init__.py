"""Live: channels, programmes, and the broadcast engine that keeps them on air."""
