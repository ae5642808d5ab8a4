"""新成员: who came lately and was not greeted yet."""
