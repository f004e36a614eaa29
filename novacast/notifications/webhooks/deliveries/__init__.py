"""Messages on their way to endpoints: written down, sent, tried again, looked at, sent once more."""
