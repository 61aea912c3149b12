"""What every page shares: templates, components, charts, maps, search."""
