"""Groups, their kinds, posts (群职务), rules, policies and access; GroupDay, the daily numbers of each group."""
