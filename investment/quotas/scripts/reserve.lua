-- Charge some calls to every window of a scope, or to none.
--
-- A slot is a member of its lane's sorted set. Its score is when its call finished, or, while that
-- is not known, the latest moment at which it can; it counts in each window for `seconds` after that.
--
-- KEYS: 1 clock  2 epoch  3 open calls  4 scope  5-7 its slots: essential, interactive, planned
--       8 emergency switch  9 when memory was found lost
-- ARGV: 1 id  2 lane (1-3)  3 calls  4 seconds to hold  5 epoch or ''  6 '1': emergency in the cache
--       7 the open call's description, then of each window: limit, seconds, slots kept for interactive
-- Returns {1, now in microseconds}
--      or {0, reason, number of the window or 0, retry at in microseconds or -1}
local epoch = redis.call('HMGET', KEYS[2], 'memory', ARGV[5])
if not epoch[1] then
  redis.call('SET', KEYS[9], string.format('%.6f', real), 'NX')
  return {0, 'memory_lost', 0, -1}
end
if ARGV[5] ~= '' and not epoch[2] then return {0, 'old_epoch', 0, -1} end

local lane, calls = tonumber(ARGV[2]), tonumber(ARGV[3])
if lane > 1 then
  local switch = redis.call('GET', KEYS[8])
  if switch and switch ~= '0' then
    local left = redis.call('PTTL', KEYS[8])
    local rate = clock[3] and tonumber(clock[3]) or 1
    return {0, 'emergency', 0, left < 0 and -1 or (now + left / 1e3 * rate) * 1e6}
  end
  if ARGV[6] == '1' then return {0, 'emergency', 0, -1} end
end

local windows = (#ARGV - 7) / 3
if windows == 0 then return {1, now * 1e6} end

local lanes = {KEYS[5], KEYS[6], KEYS[7]}
rebase(KEYS[4], lanes, redis.call('HGET', KEYS[4], 'timeline'))

local function room(limit, kept, used)
  -- Planned calls leave alone what interactive ones have not used of their share.
  local lent = lane == 3 and math.max(0, kept - used[2]) or 0
  return limit - lent - used[1] - used[2] - used[3]
end

-- The earliest moment at which enough slots can be free: calls that are still on their way may
-- finish at once, so they are taken to end now, not when their hold does.
local function earliest(limit, seconds, kept, used)
  local ends = {}
  for number, key in ipairs(lanes) do
    local slots = redis.call('ZRANGEBYSCORE', key, string.format('(%.17g', now - seconds), '+inf', 'WITHSCORES')
    for i = 2, #slots, 2 do
      ends[#ends + 1] = {math.min(tonumber(slots[i]), now) + seconds, number}
    end
  end
  table.sort(ends, function(a, b) return a[1] < b[1] end)
  for _, slot in ipairs(ends) do
    used[slot[2]] = used[slot[2]] - 1
    if room(limit, kept, used) >= calls then return slot[1] end
  end
  return now + seconds
end

local reason, full, retry, longest = nil, 0, 0, 0
for number = 1, windows do
  local at = 5 + 3 * number
  local limit, seconds, kept = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  longest = math.max(longest, seconds)
  local since = string.format('(%.17g', now - seconds)
  local used = {}
  for i, key in ipairs(lanes) do used[i] = redis.call('ZCOUNT', key, since, '+inf') end
  if room(limit, kept, used) < calls then
    local free = earliest(limit, seconds, kept, used)
    if free > retry then reason, full, retry = 'window', number, free end
  end
  local told = redis.call('HGET', KEYS[4], 'full:' .. ARGV[at + 1])
  if told and tonumber(told) > now and tonumber(told) > retry then
    reason, full, retry = 'provider', number, tonumber(told)
  end
end
if reason then return {0, reason, full, retry * 1e6} end

local key, busy = lanes[lane], now + tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - longest)
for i = 1, calls do redis.call('ZADD', key, busy, calls == 1 and ARGV[1] or ARGV[1] .. ':' .. i) end
redis.call('HSET', KEYS[3], ARGV[1], ARGV[7])
return {1, now * 1e6}
