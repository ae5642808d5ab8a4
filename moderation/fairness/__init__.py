"""公平报告: whether everybody is judged alike, how often rules and reviewers were right, how long it took."""
