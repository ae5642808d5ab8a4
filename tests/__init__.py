"""Tests of GroupOps; the folders mirror the source."""
