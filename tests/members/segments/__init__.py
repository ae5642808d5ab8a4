"""Segments and messages to them."""
