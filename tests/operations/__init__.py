"""Tests of running the installation."""
