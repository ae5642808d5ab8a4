"""Tests of the newcomers: welcomed once, heard, followed up."""
