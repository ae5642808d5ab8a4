"""Running the installation: health, the embedded start."""
