"""策略预演: rules run over what was said, before they go live."""
