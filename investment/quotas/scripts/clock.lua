-- Put in front of the other scripts. Defines now and real (microseconds since the epoch; now is the
-- one clock's), rate, and rebase(), which must run before a scope's slots are read or written.
-- KEYS[1] is the hash of the clock.
local time = redis.call('TIME')
local real = time[1] * 1e6 + time[2]
local clock = redis.call('HMGET', KEYS[1], 'origin', 'started', 'rate')
local timeline, now, rate = '', real, 1
if clock[1] then
  timeline = clock[1] .. ' ' .. clock[2] .. ' ' .. clock[3]
  rate = tonumber(clock[3])
  now = math.floor(clock[1] * 1e6 + (real - clock[2] * 1e6) * rate)
end

-- When someone has set the clock back, the slots keep their ages: all are moved by as much as it was.
-- Otherwise they would block the scope until then. Set ahead, time has passed, also for the slots.
local function rebase(scope, slots, known)
  known = known or ''
  if known == timeline then return end
  local was = real
  if known ~= '' then
    local origin, started, pace = string.match(known, '(%S+) (%S+) (%S+)')
    was = math.floor(origin * 1e6 + (real - started * 1e6) * pace)
  end
  redis.call('HSET', scope, 'timeline', timeline)
  if now >= was then return end
  for _, key in ipairs(slots) do
    local members = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 1, #members, 2 do
      redis.call('ZADD', key, string.format('%.1f', members[i + 1] + now - was), members[i])
    end
  end
  local facts = redis.call('HGETALL', scope)
  for i = 1, #facts, 2 do
    if facts[i] ~= 'timeline' then
      local count, moment = string.match(facts[i + 1], '^(%d+ )(%S+)$')
      local moved = string.format('%.0f', (moment or facts[i + 1]) + now - was)
      redis.call('HSET', scope, facts[i], (count or '') .. moved)
    end
  end
end
