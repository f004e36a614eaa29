"""Invoices of orders: asked for by buyers, and taken back with what is given back."""
