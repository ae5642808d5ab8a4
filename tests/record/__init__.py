"""Tests of groupops.record."""
