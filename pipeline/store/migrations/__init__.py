"""How the ledger came to its tables: one chain for every database."""
