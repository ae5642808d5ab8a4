"""Tests against a real Matrix homeserver."""
