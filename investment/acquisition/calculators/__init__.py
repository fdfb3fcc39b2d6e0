"""
The planner's mathematics on arrays; no Django, no clock, no input, no output.

Times are seconds since the epoch as floats, except where a name says ``since_open``. Variance is counted in
average days: from one close to the next it grows by about 1. A price that was seen when the variance
clock stood at ``v`` is expected to be off by ``volatility * sqrt(2 / pi) * sqrt(V(now) - v)``, in the
volatility's unit, here basis points a day. What a call costs (its *price*) and what it buys are in
basis-point-seconds of the importance-weighted error.
"""
