"""Tiers (分层): judged once a night from what members did, moved by a rule, held by hand, shown with their shape."""
