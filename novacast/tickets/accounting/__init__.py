"""The ledger's work that no sale does: what was sold before there was one, and what is earned once it was played."""
