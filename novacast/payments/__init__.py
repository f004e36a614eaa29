"""Money: the ledger, and whoever moves it."""
