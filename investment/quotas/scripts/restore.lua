-- Bring back what is known of the calls, and let the ledger grant again. Does nothing if it may already.
--
-- KEYS: 1 clock  2 epoch  3 when memory was found lost
-- ARGV: 1 prefix of the scopes' keys  2 number of this memory  3 the server's run id  4 layout
--       5 how many epochs, then of each: number, name
--       how many scopes, then of each: name, closed until or '', how many facts, then of each: field, value, until
--       then of each slot: scope, set, member, score
local known = redis.call('HMGET', KEYS[2], 'memory', 'layout')
local layout = tonumber(known[2] or 0)
-- A newer release may have stopped us since the rows were read.
if layout > tonumber(ARGV[4]) or known[1] and layout == tonumber(ARGV[4]) then return 0 end
local at = 5
local function take(count)
  local from = at + 1
  at = at + count
  return unpack(ARGV, from, at)
end

local reigning = {}
local reigns = redis.call('HGETALL', KEYS[2])
for i = 1, #reigns, 2 do reigning[reigns[i + 1]] = tonumber(reigns[i]) end
for _ = 1, tonumber(ARGV[5]) do
  local number, name = take(2)
  -- Whoever is here already began after the rows were read.
  if not reigning[name] then redis.call('HSET', KEYS[2], number, name) end
end

for _ = 1, tonumber((take(1))) do
  local name, closed, count = take(3)
  local scope = ARGV[1] .. name
  rebase(scope, {scope .. ':interactive', scope .. ':others'}, redis.call('HGET', scope, 'timeline'))
  if closed ~= '' then redis.call('HSET', scope, 'closed', closed) end
  for _ = 1, tonumber(count) do
    local field, value, until_ = take(3)
    redis.call('HSET', scope, field, value)
    local told = redis.call('HGET', scope, 'told')
    if not told or tonumber(told) < tonumber(until_) then redis.call('HSET', scope, 'told', until_) end
  end
end
while at < #ARGV do
  local scope, set, member, score = take(4)
  -- Greater: a slot that survived is never made free earlier.
  redis.call('ZADD', ARGV[1] .. scope .. ':' .. set, 'GT', score, member)
end
redis.call('HSET', KEYS[2], 'memory', ARGV[2], 'run_id', ARGV[3], 'layout', ARGV[4])
redis.call('DEL', KEYS[3])
return 1
