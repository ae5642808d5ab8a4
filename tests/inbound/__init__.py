"""Tests of groupops.inbound."""
