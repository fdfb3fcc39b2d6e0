-- Say how a granted call ended. Once: a second settling changes no slot.
--
-- KEYS: 1 clock  2 open calls
-- ARGV: 1 id  2 outcome  3 prefix of the scopes' keys, then of each fact about a full window:
--       seconds, until when (seconds since the epoch, or '' for the whole window)
-- Returns {1 if the call was open, now in microseconds}
local open = redis.call('HGET', KEYS[2], ARGV[1])
if not open then return {0, now * 1e6} end
redis.call('HDEL', KEYS[2], ARGV[1])

local calls, lane, scope = string.match(open, '^(%d+) (%S+) (%S+)')
local scope_key = ARGV[3] .. scope
local slots = scope_key .. ':' .. lane
rebase(
  scope_key,
  {scope_key .. ':essential', scope_key .. ':interactive', scope_key .. ':planned'},
  redis.call('HGET', scope_key, 'timeline')
)
for i = 1, tonumber(calls) do
  local member = calls == '1' and ARGV[1] or ARGV[1] .. ':' .. i
  if ARGV[2] == 'not_sent' then
    redis.call('ZREM', slots, member)
  elseif ARGV[2] == 'sent' then
    -- Also where the slot is gone already, because the call took longer than its hold.
    redis.call('ZADD', slots, now, member)
  end
  -- Unknown: the request may still be under way, so the slot stays busy until its hold ends.
end
for i = 4, #ARGV, 2 do
  local until_ = ARGV[i + 1] == '' and now + tonumber(ARGV[i]) or tonumber(ARGV[i + 1])
  local told = redis.call('HGET', scope_key, 'full:' .. ARGV[i])
  if not told or tonumber(told) < until_ then
    redis.call('HSET', scope_key, 'full:' .. ARGV[i], string.format('%.6f', until_))
  end
end
return {1, now * 1e6}
