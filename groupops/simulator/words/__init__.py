"""What the personas say: patterns in the Chinese of such groups, by kind of group. Everything in them is invented."""
