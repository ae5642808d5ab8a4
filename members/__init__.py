"""The people in the groups: persons, memberships, their activity."""
