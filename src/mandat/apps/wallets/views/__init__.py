"""Pages of wallets: for everyone, for holders, for partners, for agents."""
