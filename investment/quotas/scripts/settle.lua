-- Say how a granted call ended. Once: a second settling changes no slot.
--
-- KEYS: 1 clock  2 scope  3-4 its slots: interactive, others
-- ARGV: 1 lane: e, i or p  2 calls  3 outcome  4 when it was reserved, where there are facts
--       then of each fact: seconds, limit, remaining or '', '1' if full, until (microseconds) or ''
--       last: slot
-- Returns {now, slots given back, then of each fact that binds: seconds, slots of somebody else or -1: full, until}
local known = redis.call('HGET', KEYS[2], 'timeline')
if known ~= timeline then rebase(KEYS[2], {KEYS[3], KEYS[4]}, known) end

local key = ARGV[1] == 'i' and KEYS[3] or KEYS[4]
local slot, calls, outcome, freed = ARGV[#ARGV], tonumber(ARGV[2]), ARGV[3], 0
for number = 1, calls do
  local member = calls == 1 and slot or slot .. number
  if outcome == 'sent' then
    -- Only to an earlier moment than it is there: one that was settled before has ended before, and no
    -- call is under way for longer than its hold, whenever we hear of its end.
    redis.call('ZADD', key, 'XX', 'LT', now, member)
  elseif outcome == 'not_sent' then
    local score = redis.call('ZSCORE', key, member)
    -- After its hold it may have been settled as sent, which left it as it is.
    if score and string.sub(score, -2) == '.5' and tonumber(score) > now then freed = freed + redis.call('ZREM', key, member) end
  end
  -- Unknown: the request may still be under way, so the slot stays busy until its hold ends.
end
if #ARGV == 4 then return {now, freed} end

local answer = {now, freed}
local function tell(field, value, until_)
  local told = redis.call('HGET', KEYS[2], 'told')
  if not told or tonumber(told) < until_ then redis.call('HSET', KEYS[2], 'told', string.format('%.0f', until_)) end
  redis.call('HSET', KEYS[2], field, value)
end
for i = 5, #ARGV - 1, 5 do
  local seconds, span = ARGV[i], ARGV[i] * 1e6
  local until_ = ARGV[i + 4] == '' and now + span or tonumber(ARGV[i + 4])
  if ARGV[i + 3] == '1' and until_ > now then
    until_ = math.max(until_, tonumber(redis.call('HGET', KEYS[2], 'full:' .. seconds) or 0))
    tell('full:' .. seconds, string.format('%.0f', until_), until_)
    answer[#answer + 1] = tonumber(seconds)
    answer[#answer + 1] = -1
    answer[#answer + 1] = until_
  end
  if ARGV[i + 2] ~= '' and until_ > now then
    -- Whatever it counted of ours when this call arrived had not finished a window before that, so it is
    -- among these, and what it counted beyond them is somebody else's.
    local since = ARGV[4] - span + 0.25
    local ours = redis.call('ZCOUNT', KEYS[3], since, '+inf') + redis.call('ZCOUNT', KEYS[4], since, '+inf')
    local foreign = ARGV[i + 1] - ours - ARGV[i + 2]
    local count, known_until = string.match(redis.call('HGET', KEYS[2], 'foreign:' .. seconds) or '', '(%d+) (%S+)')
    -- An answer that was long on its way may know less than an earlier one: it takes nothing back.
    if count and tonumber(known_until) > now then
      if foreign < tonumber(count) then foreign = 0 end
      until_ = math.max(until_, tonumber(known_until))
    end
    if foreign > 0 then
      tell('foreign:' .. seconds, string.format('%d %.0f', foreign, until_), until_)
      answer[#answer + 1] = tonumber(seconds)
      answer[#answer + 1] = foreign
      answer[#answer + 1] = until_
    end
  end
end
return answer
