"""Two identities of one human: merged by a pointer, and parted again exactly."""
