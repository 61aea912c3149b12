"""Pages of the rules: the list, one rule, its simulator, a reform of it, its files."""
