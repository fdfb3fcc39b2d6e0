-- Forget what is known if the server has been started anew: what it wrote last may be missing from its file.
--
-- KEYS: 1 epoch  2 when memory was found lost
-- ARGV: 1 the server's run id  2 when it started (microseconds since the epoch)
local known = redis.call('HGET', KEYS[1], 'run_id')
if not known or known == ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SET', KEYS[2], ARGV[2])
return 1
