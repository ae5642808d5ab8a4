"""Export and erasure of one person (数据与隐私): everything in one file; or nothing that says who it was."""
