"""系统状态: what lives, what waits, what is wrong: the page, the API, the metrics, and the alarm of the disk."""
