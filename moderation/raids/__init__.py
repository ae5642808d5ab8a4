"""集中涌入: too many join at once; ways in are held until it is over."""
