"""Platforms of our own to test adapters against, each with a real socket and a disk; foreign clients check them in their turn."""
