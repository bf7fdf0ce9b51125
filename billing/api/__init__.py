"""The management API: usage, allowances, prices, forecasts."""
