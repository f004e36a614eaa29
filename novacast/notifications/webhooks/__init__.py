"""Webhooks: facts of an organization, sent to addresses of programs that its owners chose (Standard Webhooks 1.0.0)."""
