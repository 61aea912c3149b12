"""Pages of rights: for everyone, for claimants, for agents."""
