"""Chat exports of other programs, read strictly: which format a file is, what it tells, and the events that it becomes."""

from groupops.inbound.readers.export import ME, Entry, Export, Setting, Unreadable
from groupops.inbound.readers.opening import decode, read
from groupops.inbound.readers.playing import BY_NAME, lines

__all__ = ["BY_NAME", "ME", "Entry", "Export", "Setting", "Unreadable", "decode", "lines", "read"]
