-- Gets one file, again and again: what a server of files can do.
local one

function init(arguments)
  one = wrk.format("GET", wrk.path, { ["Accept"] = "application/json" })
end

function request()
  return one
end
