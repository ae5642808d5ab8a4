"""Tests of groupops.shared."""
