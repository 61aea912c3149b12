"""Double entry: accounts, transactions whose postings sum to zero, payment files."""
