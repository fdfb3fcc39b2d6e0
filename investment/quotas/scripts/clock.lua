-- Put in front of the other scripts. Defines real, now (seconds since the epoch; now is the one
-- clock's) and rebase(), which must run before a scope's slots are read or written.
-- KEYS[1] is the hash of the clock.
local time = redis.call('TIME')
local real = tonumber(time[1]) + tonumber(time[2]) / 1e6
local clock = redis.call('HMGET', KEYS[1], 'origin', 'started', 'rate')
local timeline, now = '', real
if clock[1] then
  timeline = clock[1] .. ' ' .. clock[2] .. ' ' .. clock[3]
  now = tonumber(clock[1]) + (real - tonumber(clock[2])) * tonumber(clock[3])
end

-- When someone has set the clock back, the slots keep their ages: all are moved by as much as it was.
-- Otherwise they would block the scope until then. Set ahead, time has passed, also for the slots.
local function rebase(scope_key, lanes, known)
  known = known or ''
  if known == timeline then return end
  local was = real
  if known ~= '' then
    local origin, started, rate = string.match(known, '(%S+) (%S+) (%S+)')
    was = tonumber(origin) + (real - tonumber(started)) * tonumber(rate)
  end
  redis.call('HSET', scope_key, 'timeline', timeline)
  if now >= was then return end
  for _, lane in ipairs(lanes) do
    local slots = redis.call('ZRANGE', lane, 0, -1, 'WITHSCORES')
    for i = 1, #slots, 2 do
      redis.call('ZADD', lane, tonumber(slots[i + 1]) + now - was, slots[i])
    end
  end
  local facts = redis.call('HGETALL', scope_key)
  for i = 1, #facts, 2 do
    if facts[i] ~= 'timeline' then
      redis.call('HSET', scope_key, facts[i], tonumber(facts[i + 1]) + now - was)
    end
  end
end
