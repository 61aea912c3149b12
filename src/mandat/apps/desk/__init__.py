"""What agents collect without network, and printable kits."""
