"""Invoices and credit notes: numbered without a gap, and never edited."""
