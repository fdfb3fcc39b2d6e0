-- Charge some calls to every window of a scope, or to none.
--
-- A slot is a member of a sorted set, its first letter the lane's. Its score is when its call
-- finished, in microseconds, and it counts in each window for the window's length after that.
-- While a call is not settled the score is the latest moment at which it can finish, less a half.
--
-- KEYS: 1 clock  2 epoch  3 scope  4-5 its slots: interactive, others  6 emergency switch
--       7 when memory was found lost
-- ARGV: 1 lane: e, i or p  2 calls  3 microseconds to hold  4 epoch or ''  5 '1': emergency in the cache
--       6 layout  7 most slots in use at which no window can refuse, '' if there are no windows
--       8 of each window: limit, microseconds, slots kept for interactive, of those never lent  9 slot
-- Returns {1, now} or {0, reason, number of the window or 0, retry at or -1} or {2}: the slot's name is taken.
local epoch = redis.call('HMGET', KEYS[2], 'memory', 'layout', ARGV[4])
if epoch[2] ~= ARGV[6] and epoch[2] and tonumber(epoch[2]) > tonumber(ARGV[6]) then
  return {0, 'old_release', 0, -1}
end
if epoch[1] and epoch[2] ~= ARGV[6] then
  -- An older release keeps the ledger. From now on it grants nothing, so that the rows will be complete.
  redis.call('HDEL', KEYS[2], 'memory')
  redis.call('HSET', KEYS[2], 'layout', ARGV[6])
  redis.call('SET', KEYS[7], string.format('%.0f', real))
  return {0, 'memory_lost', 0, -1}
end
if not epoch[1] then
  redis.call('SET', KEYS[7], string.format('%.0f', real), 'NX')
  return {0, 'memory_lost', 0, -1}
end
if ARGV[4] ~= '' and not epoch[3] then return {0, 'old_epoch', 0, -1} end

local lane = ARGV[1]
if lane ~= 'e' then
  local switch = redis.call('GET', KEYS[6])
  if switch and switch ~= '0' then
    local left = redis.call('PTTL', KEYS[6])
    return {0, 'emergency', 0, left < 0 and -1 or now + left * 1e3 * rate}
  end
  if ARGV[5] == '1' then return {0, 'emergency', 0, -1} end
end
if ARGV[7] == '' then return {1, now} end

local facts = redis.call('HMGET', KEYS[3], 'timeline', 'closed', 'told')
if facts[1] ~= timeline then
  rebase(KEYS[3], {KEYS[4], KEYS[5]}, facts[1])
  facts = redis.call('HMGET', KEYS[3], 'timeline', 'closed', 'told')
end
if facts[2] and tonumber(facts[2]) > now then return {0, 'memory_lost', 0, tonumber(facts[2])} end
local told = facts[3] and tonumber(facts[3]) > now

local calls = tonumber(ARGV[2])
local slot, key = ARGV[9], lane == 'i' and KEYS[4] or KEYS[5]
local function grant()
  local busy = now + ARGV[3] - 0.5
  if redis.call('ZADD', key, 'NX', busy, calls == 1 and slot or slot .. 1) == 0 then return {2} end
  for number = 2, calls do redis.call('ZADD', key, busy, slot .. number) end
  return {1, now}
end
-- Slots that have left all windows are counted too: this many in all are few enough for each window.
if not told and redis.call('ZCARD', KEYS[4]) + redis.call('ZCARD', KEYS[5]) + calls <= tonumber(ARGV[7]) then
  return grant()
end

-- What the provider told of a window: until when it is full, how many slots somebody else has, until when.
local function told_of(seconds)
  local of = redis.call('HMGET', KEYS[3], 'full:' .. seconds, 'foreign:' .. seconds)
  local count, free_at = string.match(of[2] or '0 0', '(%d+) (%S+)')
  count, free_at = tonumber(count), tonumber(free_at)
  if free_at <= now then count = 0 end
  return tonumber(of[1] or 0), count, free_at
end

-- The first slots of a set to fall out of the window, as the moments when they do so at the earliest:
-- a call that is still on its way may finish at once, so it is taken to end now, not when its hold does.
local function first_ends(key, span, count, at_once)
  if count < 1 then return {} end
  local slots = redis.call('ZRANGEBYSCORE', key, now - span + 0.25, '+inf', 'WITHSCORES', 'LIMIT', 0, count)
  local ends = {}
  for i = 2, #slots, 2 do
    local score = math.ceil(slots[i])
    ends[#ends + 1] = (at_once and math.min(score, now) or score) + span
  end
  return ends
end

-- The earliest moment at which `need` more slots can be free. Of the interactive ones only those
-- beyond their reserve help a planned call.
local function earliest(span, need, interactive, foreign, foreign_until)
  local ends = first_ends(KEYS[5], span, need, true)
  for _, moment in ipairs(first_ends(KEYS[4], span, math.min(need, interactive), true)) do
    ends[#ends + 1] = moment
  end
  for _ = 1, math.min(need, foreign) do ends[#ends + 1] = foreign_until end
  table.sort(ends)
  return ends[need] or now + span
end

-- When this much of the reserve may be lent out (now, or later; nil: not before slots are free anyway).
-- `free` is what would be left. The interactive lane finds `never_lent` slots at once, and what it is
-- lent out comes back, by slots that fall out of the window, at the pace of its share: of `kept` slots
-- one each span / kept. So whoever begins to ask finds the share that was promised.
local function lend(span, kept, never_lent, free)
  if free < never_lent then return nil end
  local ends = first_ends(KEYS[5], span, kept - free, false)
  local at = now
  for number = 1, kept - free do
    if not ends[number] then return nil end
    at = math.max(at, ends[number] - span * (free + number - never_lent) / kept)
  end
  return math.ceil(at)
end

local reason, full, retry, longest, number = nil, 0, 0, 0, 0
for limit, span, kept, never_lent in string.gmatch(ARGV[8], '(%d+) (%d+) (%d+) (%d+)') do
  number, limit, span, never_lent = number + 1, tonumber(limit), tonumber(span), tonumber(never_lent)
  kept = lane == 'p' and tonumber(kept) or 0
  if span > longest then longest = span end
  local since = now - span + 0.25
  local interactive = redis.call('ZCOUNT', KEYS[4], since, '+inf')
  local used = redis.call('ZCOUNT', KEYS[5], since, '+inf') + calls
  local full_until, foreign, foreign_until = 0, 0, 0
  if told then
    full_until, foreign, foreign_until = told_of(span / 1e6)
    used = used + foreign
  end
  local need = used + math.max(interactive, kept) - limit
  if need > 0 then
    local free = earliest(span, need, interactive - kept, foreign, foreign_until)
    if interactive == 0 and used <= limit and never_lent < kept then
      free = math.min(free, lend(span, kept, never_lent, limit - used) or free)
    end
    if free > now and free > retry then reason, full, retry = 'window', number, free end
  end
  if full_until > now and full_until > retry then reason, full, retry = 'provider', number, full_until end
end
if reason then return {0, reason, full, retry} end

-- Some that have left the windows are kept: an answer on its way may tell of them; see settle.lua.
local gone = now - longest - ARGV[3]
redis.call('ZREMRANGEBYSCORE', KEYS[4], '-inf', gone)
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', gone)
return grant()
