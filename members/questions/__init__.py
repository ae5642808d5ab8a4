"""问题台: questions of the groups, heard in the chat, answered there or settled by a person."""
