"""Every door of Yimen: REST, pages, worker jobs, command line; and what starts and stops the servers behind them."""
