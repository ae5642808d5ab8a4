"""Commands of running the installation."""
