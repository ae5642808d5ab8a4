"""Who may open what, and what a page costs: generated from the URLs themselves."""
