"""Tests of groupops.accounts."""
