"""Members brought in: lists as CSV, XLSX or pasted text with a preview of what they change, and chat exports."""
