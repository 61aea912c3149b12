"""Tables of participatory budgets."""
