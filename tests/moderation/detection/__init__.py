"""Tests of the detection."""
