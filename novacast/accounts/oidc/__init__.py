"""Log-in by a provider of the operator's own, by OpenID Connect."""
