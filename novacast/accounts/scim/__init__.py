"""People and groups as identity providers keep them in step: SCIM 2.0 (RFC 7643, RFC 7644)."""
