"""Segments (分群): saved views of the roster, for tags, tasks and exports."""
