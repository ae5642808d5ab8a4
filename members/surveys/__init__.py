"""群成员信息收集: fields of the profile, forms behind a link, their answers."""
