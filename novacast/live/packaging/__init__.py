"""LL-HLS (RFC 8216bis): fragments become parts and segments, and what is asked for is found or awaited."""
