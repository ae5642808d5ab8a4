"""Backup and restore: one encrypted file, portable between both databases, that counts once a scratch restore has proved it."""
