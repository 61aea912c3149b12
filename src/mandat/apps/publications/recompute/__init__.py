"""What a stranger needs to compute a figure again: facts with proofs, definition, weights, and a program that trusts nobody."""
