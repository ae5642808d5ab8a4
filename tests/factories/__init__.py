"""Objects for tests, made the way the product keeps them. One module per app."""
