"""The SEC, as the sandbox plays it: www.sec.gov below /sec, data.sec.gov below /sec/data."""
