"""Wallets: allowances in euros or units, spent at partners."""
