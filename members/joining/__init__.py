"""群活码: ways into groups, codes that lead to the next group when one is full, and the line of those who wait."""
