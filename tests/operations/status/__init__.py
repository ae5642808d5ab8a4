"""Tests of the system status."""
