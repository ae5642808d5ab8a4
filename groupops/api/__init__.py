"""Assembles the REST API of every app."""
