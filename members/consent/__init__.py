"""Consent and contact data (授权与联系方式): kept sealed, shown masked, and asked before a private message leaves."""
