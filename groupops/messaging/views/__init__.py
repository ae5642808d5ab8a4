"""The send desk, the channels, and the room of a group."""
