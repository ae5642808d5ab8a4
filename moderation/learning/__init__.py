"""The model of a group: what it learns from, its versions, when one takes the place of the other."""
