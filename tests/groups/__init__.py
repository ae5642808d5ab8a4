"""Tests of groupops.groups."""
