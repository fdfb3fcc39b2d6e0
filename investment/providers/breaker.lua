-- One circuit: whether a provider's endpoint may be asked, and how asking it went. One step of the server.
--
-- KEYS: 1 clock  2 the circuit  3 its instants (microseconds of the one clock)  4 the names of all
-- ARGV: 1 admit, report or pause  2 the circuit's name  3 the passage
--   admit:  4 how long a probe may take
--   report: 4 answered, failed, throttled or not_sent  5 when to come back, or ''  6 why
--           7 failures in a row  8 share of failures  9 of so many calls  10 in a window
--           11 first pause  12 longest pause
--   pause:  4 when to come back  5 why
-- Lengths are in microseconds. Returns {what, instant, failures, why}; what: 0 refused, 1 admitted, 2 the probe.
local op, name, passage = ARGV[1], ARGV[2], ARGV[3]
local circuit, times = KEYS[2], KEYS[3]
local KEEP = 7 * 86400 -- real seconds that a circuit is remembered after its last call
local LONGEST = 86400 * 1e6 -- a provider's word on when to come back is not taken for longer

rebase(times, {}, redis.call('HGET', times, 'timeline') or timeline)

local function text(number) return string.format('%.0f', number) end
local function field(key) return redis.call('HGET', circuit, key) end
local function instant(key) return tonumber(redis.call('HGET', times, key) or '0') end

local function keep()
  redis.call('HSET', times, 'timeline', timeline)
  redis.call('SADD', KEYS[4], name)
  redis.call('EXPIRE', circuit, KEEP)
  redis.call('EXPIRE', times, KEEP)
end

local function bounded(at) return math.min(tonumber(at ~= '' and at or '0'), now + LONGEST) end

local function open(ends, why)
  redis.call('HSET', circuit, 'state', 'open', 'why', why)
  redis.call('HDEL', circuit, 'probe')
  redis.call('HSET', times, 'until', text(ends), 'opened_at', text(now))
  redis.call('HDEL', times, 'probe_until')
  keep()
end

local function answer(what, at)
  return {what, text(at), field('failures') or '0', field('why') or ''}
end

local state = field('state')

if op == 'admit' then
  if not state then return answer(1, 0) end
  if now < instant('until') then return answer(0, instant('until')) end
  local probe = field('probe')
  -- A probe that never reports was killed: after its time another may go.
  if probe and probe ~= passage and now < instant('probe_until') then
    return answer(0, instant('probe_until'))
  end
  redis.call('HSET', circuit, 'probe', passage)
  redis.call('HSET', times, 'probe_until', text(now + ARGV[4]))
  keep()
  return answer(2, instant('probe_until'))
end

if op == 'pause' then
  local ends = bounded(ARGV[4])
  if ends > math.max(now, state and instant('until') or 0) then open(ends, ARGV[5]) end
  return answer(0, instant('until'))
end

-- A report. Whoever was admitted before the circuit opened has nothing to say any more.
local outcome, back, why = ARGV[4], bounded(ARGV[5]), ARGV[6]
if field('last') == passage then return answer(1, 0) end -- sent again over a new connection
if state and field('probe') ~= passage then return answer(0, instant('until')) end
if outcome == 'not_sent' then
  if state then
    redis.call('HDEL', circuit, 'probe')
    redis.call('HDEL', times, 'probe_until')
  end
  return answer(1, 0)
end

if outcome == 'throttled' and back > now then
  open(back, why)
elseif outcome ~= 'failed' and state then
  redis.call('DEL', circuit, times) -- the probe was answered
end

-- How the last window went, in sixths of it.
local width = ARGV[10] / 6
local bucket = math.floor(now / width)
local good, bad = 0, 0
if not state then
  redis.call('HINCRBY', circuit, (outcome == 'failed' and 'b' or 'g') .. text(bucket), 1)
end
local all = redis.call('HGETALL', circuit)
for i = 1, #all, 2 do
  local kind, at = string.match(all[i], '^([gb])(%d+)$')
  if kind and (bucket - at > 5 or at - bucket > 0) then
    redis.call('HDEL', circuit, all[i])
  elseif kind == 'g' then
    good = good + all[i + 1]
  elseif kind == 'b' then
    bad = bad + all[i + 1]
  end
end

if outcome == 'failed' then
  local failures = redis.call('HINCRBY', circuit, 'failures', 1)
  local many = good + bad >= tonumber(ARGV[9]) and bad >= (good + bad) * ARGV[8]
  if state or failures >= tonumber(ARGV[7]) or many or back > now then
    local pauses = redis.call('HINCRBY', circuit, 'pauses', 1)
    local pause = math.min(ARGV[11] * 2 ^ (pauses - 1), tonumber(ARGV[12]))
    open(math.max(now + pause, back), why)
  end
else
  redis.call('HDEL', circuit, 'failures')
end
redis.call('HSET', circuit, 'last', passage)
keep()
return answer(1, 0)
