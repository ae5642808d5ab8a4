"""Tests of the commands in script/ and of what installs GroupOps."""
