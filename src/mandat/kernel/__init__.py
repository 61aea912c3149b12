"""Values every layer shares: texts, money, periods, quantities, identifiers, errors. No Django."""
