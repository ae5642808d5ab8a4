"""Where members come from: the list of sources, and what became of those who came from each."""
