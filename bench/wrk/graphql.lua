-- Posts one GraphQL query with changing ids. The requests are built before the run, so that wrk
-- itself costs little. BODIES names a file with one request body a line, BEARER is a token.
local requests, count, at = {}, 0, 0

function init(arguments)
  for line in io.lines(os.getenv("BODIES")) do
    count = count + 1
    local headers = { ["Content-Type"] = "application/json", ["Accept"] = "application/json" }
    local bearer = os.getenv("BEARER") or ""
    if bearer ~= "" then headers["Authorization"] = "Bearer " .. bearer end
    requests[count] = wrk.format("POST", "/graphql", headers, line)
  end
  math.randomseed(12345)
  at = math.random(count)
end

-- A prime step visits all ids in an order that no cache line likes.
function request()
  at = at + 7919
  if at > count then at = at % count + 1 end
  return requests[at]
end

-- One thread's answers are looked at: wrk counts statuses, but GraphQL errors come with 200.
local bad = 0
function response(status, headers, body)
  if status ~= 200 or body:find('"errors"', 1, true) then
    bad = bad + 1
    if bad == 1 then io.stderr:write("a bad answer: ", body:sub(1, 300), "\n") end
  end
end

-- Without this line wrk would parse every answer for `response`, which costs it 2 µs each.
if not os.getenv("CHECK") then response = nil end
