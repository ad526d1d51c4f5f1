-- The order of waiting batches: tenants take turns, each with its earliest deadline; a running batch of a tenant counts as
-- a turn taken. Each call performs one operation, atomically, and leaves the keys consistent with each other.
--
-- A place is the text "tenant deadline id", the deadline in milliseconds with 13 digits, so places of one tenant sort by
-- deadline and then by id. The name of a tenant contains neither a space nor a character below it; all ids have the same
-- length.
--   waiting  sorted set of places, all with score 0
--   taken    sorted set of places of running batches, all with score 0
--   turns    sorted set of tenants with a waiting batch; score: turn of its first waiting batch * 2^42 + its deadline
--   places   hash: id -> place
--   seen     sorted set of ids; score: number of the last refill that found it in the rows, or during which it changed
--   run      number of the last refill
--   pass     exists while no other node should start a refill
local waiting, taken, turns, places, seen, run, pass = unpack(KEYS)
local TURN = 4398046511104 -- 2^42: 2047 turns and deadlines until 2109 are exact in a score
local MOST_TURNS = 2047
local ID = 38 -- characters

local function tenant_of(place)
  return string.match(place, '^(%S+) ')
end

local function id_of(place)
  return string.sub(place, -ID)
end

local function deadline_of(place)
  return tonumber(string.match(place, ' (%d+) ')) or 0
end

-- the lexicographic range of a tenant's places: '!' follows the space
local function after_last(tenant)
  return '(' .. tenant .. '!'
end

local function first_of(tenant)
  return redis.call('ZRANGEBYLEX', waiting, '[' .. tenant .. ' ', after_last(tenant), 'LIMIT', 0, 1)[1]
end

local function next_after(place, tenant)
  return redis.call('ZRANGEBYLEX', waiting, '(' .. place, after_last(tenant), 'LIMIT', 0, 1)[1]
end

-- updates the position of the tenant among the others
local function settle(tenant)
  if not tenant then
    return -- the place was malformed
  end
  local first = first_of(tenant)
  if not first then
    redis.call('ZREM', turns, tenant)
    return
  end
  local running = redis.call('ZLEXCOUNT', taken, '[' .. tenant .. ' ', after_last(tenant))
  local score = math.min(running, MOST_TURNS) * TURN + deadline_of(first)
  redis.call('ZADD', turns, string.format('%.0f', score), tenant)
end

local function put(place, into, out_of, number)
  local id = id_of(place)
  local before = redis.call('HGET', places, id)
  if before and before ~= place then
    redis.call('ZREM', waiting, before)
    redis.call('ZREM', taken, before)
    settle(tenant_of(before))
  end
  redis.call('HSET', places, id, place)
  redis.call('ZREM', out_of, place)
  redis.call('ZADD', into, 0, place)
  redis.call('ZADD', seen, number, id)
end

local function current()
  return tonumber(redis.call('GET', run) or '0')
end

local function forget_all()
  redis.call('UNLINK', waiting, taken, turns, places, seen, run, pass)
end

local function fits_together()
  local expected = { [waiting] = 'zset', [taken] = 'zset', [turns] = 'zset', [places] = 'hash', [seen] = 'zset',
    [run] = 'string', [pass] = 'string' }
  for key, kind in pairs(expected) do
    local found = redis.call('TYPE', key).ok
    if found ~= 'none' and found ~= kind then
      return false
    end
  end
  local number = redis.call('GET', run)
  local batches = redis.call('HLEN', places)
  return (not number or string.match(number, '^%d+$'))
    and redis.call('ZCARD', seen) == batches
    and redis.call('ZCARD', waiting) + redis.call('ZCARD', taken) == batches
end

local operations = {}

-- (place): marks the batch as waiting
function operations.offer(place)
  put(place, waiting, taken, current())
  settle(tenant_of(place))
  return 1
end

-- (id): the batch no longer waits. It counts as running, and hence as a turn of its tenant, until a refill corrects this
function operations.remove(id)
  local place = redis.call('HGET', places, id)
  if not place then
    return 0
  end
  put(place, taken, waiting, current())
  settle(tenant_of(place))
  return 1
end

-- (limit): returns places in order. O(limit * (log batches + log limit)): from each of the first tenants, as many as have a turn
function operations.next(limit)
  limit = tonumber(limit)
  local tenants = redis.call('ZRANGE', turns, 0, limit - 1, 'WITHSCORES')
  local best, open, turn, at = {}, {}, 0, 1
  while #best < limit and (at < #tenants or #open > 0) do
    if #open == 0 then
      turn = math.floor(tonumber(tenants[at + 1]) / TURN)
    end
    while at < #tenants and math.floor(tonumber(tenants[at + 1]) / TURN) <= turn do
      local tenant = tenants[at]
      local first = first_of(tenant)
      if first then
        open[#open + 1] = { tenant = tenant, place = first, key = string.sub(first, #tenant + 2) }
      else
        redis.call('ZREM', turns, tenant)
      end
      at = at + 2
    end
    table.sort(open, function(a, b) return a.key < b.key end)
    local later = {}
    for _, entry in ipairs(open) do
      if #best == limit then
        break
      end
      best[#best + 1] = entry.place
      local place = next_after(entry.place, entry.tenant)
      if place then
        later[#later + 1] = { tenant = entry.tenant, place = place, key = string.sub(place, #entry.tenant + 2) }
      end
    end
    open = later
    turn = turn + 1
  end
  return best
end

function operations.size()
  return redis.call('ZCARD', waiting)
end

-- (millis): returns the number of a new refill; 0 if the previous one began less than this long ago; -1 if the keys were
-- inconsistent and have been deleted
function operations.begin(millis)
  if not fits_together() then
    forget_all()
    return -1
  end
  if not redis.call('SET', pass, '1', 'NX', 'PX', millis) then
    return 0
  end
  return redis.call('INCR', run)
end

-- (number, millis, rows...), where a row is "w place" for a waiting batch or "t place" for a running one: returns the number
-- of batches that were updated, or -1 if the keys were deleted after this refill began. Batches that changed since it began
-- are newer than its rows and are skipped.
function operations.keep(number, millis, ...)
  number = tonumber(number)
  if current() < number then
    return -1
  end
  redis.call('SET', pass, '1', 'PX', millis)
  local ids, rows, fresh = {}, {}, {}
  for i, row in ipairs({ ... }) do
    rows[i] = string.sub(row, 3)
    ids[i] = id_of(rows[i])
    fresh[i] = string.sub(row, 1, 1) == 'w'
  end
  local known = redis.call('HMGET', places, unpack(ids))
  local stamps = redis.call('ZMSCORE', seen, unpack(ids))
  local waits = redis.call('ZMSCORE', waiting, unpack(rows))
  local runs = redis.call('ZMSCORE', taken, unpack(rows))
  local same, tenants, changed = {}, {}, 0
  for i, place in ipairs(rows) do
    if not (stamps[i] and tonumber(stamps[i]) >= number) then
      local in_place = waits[i]
      local elsewhere = runs[i]
      if not fresh[i] then
        in_place, elsewhere = elsewhere, in_place
      end
      if known[i] == place and in_place and not elsewhere then
        same[#same + 1] = number
        same[#same + 1] = ids[i]
      else
        put(place, fresh[i] and waiting or taken, fresh[i] and taken or waiting, number)
        changed = changed + 1
      end
      tenants[tenant_of(place)] = true
    end
  end
  if #same > 0 then
    redis.call('ZADD', seen, unpack(same))
  end
  for tenant in pairs(tenants) do
    settle(tenant)
  end
  return changed
end

-- (millis): prevents refills for this long
function operations.rest(millis)
  redis.call('SET', pass, '1', 'PX', millis)
  return 1
end

-- (number, most): removes batches that this refill did not find; returns their number, or -1 if the keys were deleted after
-- this refill began
function operations.drop(number, most)
  if current() < tonumber(number) then
    return -1
  end
  local stale = redis.call('ZRANGEBYSCORE', seen, '-inf', '(' .. number, 'LIMIT', 0, most)
  local tenants = {}
  for _, id in ipairs(stale) do
    local place = redis.call('HGET', places, id)
    if place then
      redis.call('ZREM', waiting, place)
      redis.call('ZREM', taken, place)
      redis.call('HDEL', places, id)
      tenants[tenant_of(place) or ''] = true
    end
    redis.call('ZREM', seen, id)
  end
  for tenant in pairs(tenants) do
    settle(tenant)
  end
  return #stale
end

return operations[ARGV[1]](unpack(ARGV, 2))
