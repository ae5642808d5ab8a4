"""Praise (表扬): helpful answers of a week become a thing to do, with a draft to copy or to have said."""
