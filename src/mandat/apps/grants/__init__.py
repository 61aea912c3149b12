"""Aid schemes, labels and contracts, and the money behind them."""
