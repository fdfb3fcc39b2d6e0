"""
What a company earns and owns, read from its own filings as they were known on a day; pure.

``lines`` is the table of standard lines and the tags that companies use for them. ``facts`` is what was
told, figure by figure. ``books`` reads it as of a day: which filing and which tag speak for a period,
and what lies between two ends of periods. ``calendar`` finds the fiscal years and quarters.
``statements`` makes one company's standard figures of it, ``ratios`` and ``health`` work on columns of
many companies at once, and ``score`` compares them.

Nothing here looks beyond the day it is asked for: facts filed later and splits that take effect later
are dropped before anything else is done. Unknown is ``None`` for one company and NaN in columns.
"""
