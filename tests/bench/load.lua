-- Requests for wrk: load.lua get|list|post TOKEN VISIBLE SEED; a line of figures at the end.
local hexadecimal, random = "%012x", math.random
local kind, token, visible, seed, counter
local headers = {}

-- The k-th case of iom that a reader of the office nl sees (data.sql).
local function number(k) return 10 * (k + math.floor(k / 6)) end

local thread = 0
function setup(t)
    thread = thread + 1
    t:set("thread_number", thread)
end

function init(args)
    kind, token, visible, seed = args[1], args[2], tonumber(args[3]), tonumber(args[4])
    math.randomseed(seed * 64 + thread_number)
    counter = 0
    headers["Authorization"] = "Bearer " .. token
    headers["Accept"] = "application/json"
    if kind == "post" then headers["Content-Type"] = "application/json" end
end

-- What is the same in each request is put together once: the client shares the processors with what is measured.
local before, after
local function fixed(whole) before, after = whole:match("^(.*)NUMBER(.*)$") end

function request()
    if kind == "list" then
        before = before or wrk.format("GET", "/cases/v1/cases?limit=50", headers)
        return before
    elseif kind == "get" then
        if not before then fixed(wrk.format("GET", "/cases/v1/cases/01900000-0000-7000-8001-NUMBER", headers)) end
        return before .. hexadecimal:format(number(random(0, visible - 1))) .. after
    end
    counter = counter + 1
    headers["Idempotency-Key"] = ("bench-%d-%d-%d"):format(seed, thread_number, counter)
    return wrk.format("POST", "/cases/v1/cases", headers, '{"programme":"avrr","countryOfReturn":"SO","principalId":"01900000-0000-7000-8002-'
        .. hexadecimal:format(number(random(0, visible - 1))) .. '"}')
end

function done(summary, latency)
    local e = summary.errors
    print(("figures %d %d %d %d %d"):format(summary.requests, summary.duration, e.status + e.connect + e.read + e.write + e.timeout,
        latency:percentile(50), latency:percentile(99)))
end
