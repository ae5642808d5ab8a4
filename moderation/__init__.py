"""群风控: what is against the rules is noticed, judged by people, explained, and can be appealed against."""
