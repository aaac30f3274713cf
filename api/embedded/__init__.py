"""The database and queue of a desk installation (内置数据库与队列): real servers from wheels, with our own lifecycle.

Linux only. A server lives exactly as long as the process that started it (`tether`), and one home directory is owned
by one process at a time (`ownership`). Production names its own servers and never comes here.
"""
