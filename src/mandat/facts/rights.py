"""Facts of rights decided and benefits given."""
