"""
Technical figures as pure functions on arrays; no Django, no input, no output.

Every matrix holds one instrument per column and that instrument's **own** bars per row, oldest first
and right-aligned: the last row is the session that is analysed, the row before it is the bar before,
however many sessions ago that was. Rows older than the first bar at hand are NaN, and nothing else
is: see :mod:`own_bars`. A result is one value per column; NaN is unknown.

Working on all instruments at once costs one pass of numpy per bar instead of a dozen calls per
instrument; TA-Lib, called per instrument, takes several times as long for the same figures
(``benchmarks/daily_job.py``). It judges them in the tests, where its definitions are ours.
"""
