"""举报: a member points at a message on a page of their own; in the chat they answer it with 举报."""
