"""Participatory budgets: from the idea to its cost, the vote, the count and the delivery."""
