"""The embedded start: web, worker, beat and the fake platform on one machine, state in one folder."""
