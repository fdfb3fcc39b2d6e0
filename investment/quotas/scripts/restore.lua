-- Bring back what is known of the calls, and let the ledger grant again. Does nothing if it may already.
--
-- KEYS: 1 clock  2 epoch  3 when memory was found lost
-- ARGV: 1 prefix of the scopes' keys  2 number of this memory  3 the server's run id
--       4 how many epochs, then of each: number, name
--       then of each slot: scope, lane, member, busy until (seconds since the epoch)
if redis.call('HGET', KEYS[2], 'memory') then return 0 end
local at, reigning = 5, {}
for _, name in ipairs(redis.call('HVALS', KEYS[2])) do reigning[name] = true end
for _ = 1, tonumber(ARGV[4]) do
  -- Whoever is here already began after the rows were read.
  if not reigning[ARGV[at + 1]] then redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1]) end
  at = at + 2
end
while at < #ARGV do
  local scope_key = ARGV[1] .. ARGV[at]
  rebase(
    scope_key,
    {scope_key .. ':essential', scope_key .. ':interactive', scope_key .. ':planned'},
    redis.call('HGET', scope_key, 'timeline')
  )
  -- Greater: a slot that survived is never made free earlier.
  redis.call('ZADD', scope_key .. ':' .. ARGV[at + 1], 'GT', ARGV[at + 3], ARGV[at + 2])
  at = at + 4
end
redis.call('HSET', KEYS[2], 'memory', ARGV[2], 'run_id', ARGV[3])
redis.call('DEL', KEYS[3])
return 1
