"""NovaCast: box office, broadcaster and cinema for an independent venue, on one machine that it owns."""

__version__ = "0.1.0"
