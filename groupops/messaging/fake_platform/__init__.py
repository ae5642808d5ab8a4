"""A chat platform of our own, for the demo, for rehearsals and for tests: durable, and able to fail in every way a real one does.

It knows of GroupOps only the JSON and the signature that our door takes: what it received is counted on its own disk.
"""
