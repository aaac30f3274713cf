"""Pages: what people see of Yimen; every view translates and calls one command or one query."""
