"""The doctor: what must be true of the database, looked at every hour and on demand; what is not becomes an alarm."""
