-- One bucket of requests. KEYS[1]: its hash. ARGV: who asks (a process), rate, per_us, burst, daily (0: none), want, back, lease_us.
-- Answers {granted, left in the bucket, left of the day (-1: no quota), microseconds until one is there, until the day ends}.
--
-- A process takes several at once (a lease), spends them by itself, and hands back what is left (back); after lease_us they are
-- void. What the bucket holds and what is leased out never exceed the burst, so that nobody gets more than burst + rate × time.
-- lease_us 0: taken without a lease. want 0 only looks.
local who = ARGV[1]
local rate, per_us, burst, daily = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local want, back, lease_us = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local DAY = 86400000000
local day = math.floor(now / DAY)

local row, held, void = {}, 0, {}
local flat = redis.call('HGETALL', KEYS[1])
for i = 1, #flat, 2 do row[flat[i]] = flat[i + 1] end
for name, value in pairs(row) do
    local process = string.match(name, '^lease:(.*)$')
    if process then
        local n, ends = string.match(value, '^(%d+) (%d+)$')
        if process == who then
            if tonumber(ends) <= now then back = 0 end
            back = math.min(back, tonumber(n))
        elseif tonumber(ends) <= now then
            void[#void + 1] = name
        else
            held = held + tonumber(n)
        end
    end
end
if not row['lease:' .. who] then back = 0 end
if #void > 0 then redis.call('HDEL', KEYS[1], unpack(void)) end

local level = tonumber(row.level or burst) + back
level = math.max(0, math.min(burst - held, level + math.max(0, now - tonumber(row.at or now)) * rate / per_us))
local used = 0
if tonumber(row.day or -1) == day then used = math.max(0, tonumber(row.used) - back) end

local left = daily > 0 and math.max(0, daily - used) or want
local granted = math.max(0, math.min(want, math.floor(level), left))
level = level - granted
used = used + granted

if granted > 0 and lease_us > 0 then
    redis.call('HSET', KEYS[1], 'lease:' .. who, string.format('%d %.0f', granted, now + lease_us))
else
    redis.call('HDEL', KEYS[1], 'lease:' .. who)
end
redis.call('HSET', KEYS[1], 'level', string.format('%.6f', level), 'at', string.format('%.0f', now), 'day', day, 'used', used)
local day_left = (day + 1) * DAY - now
local keep_us = (burst + 1) * per_us / rate + lease_us
if daily > 0 then keep_us = math.max(keep_us, day_left) end
redis.call('PEXPIRE', KEYS[1], math.ceil(keep_us / 1000) + 1000)

local wait = 0
if daily > 0 and used >= daily then
    wait = day_left
elseif level < 1 then
    wait = math.ceil((1 - level) * per_us / rate)
end
return {granted, math.floor(level), daily > 0 and daily - used or -1, wait, day_left}
