"""`just murder`: kill the product's processes at random while posts go out, then count on the fake platform's disk.

An installation of its own in a temporary folder (or a database of its own on a given PostgreSQL): nothing of a real one is touched.
"""
