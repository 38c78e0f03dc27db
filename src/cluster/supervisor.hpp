// SPDX-License-Identifier: MIT
// A supervisor process: owns one PostgreSQL server, and ends it when its own creator is gone.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/installation.hpp"

namespace fraiseql::cluster {

/// What a supervisor runs, as the command lines of the two programs.
struct ServerCommands {
    std::vector<std::string> initdb;
    std::vector<std::string> postgres;
    /// Everything that both programs print goes here.
    std::string log_file;
    /// Removed with all that is in it after the server has ended.
    std::string root;
    ServerUser user;
};

/// A child process that runs initdb and then the server until `stop` or the end of its creator,
/// whichever comes first: it reads from a pipe that only the creator holds open, so that even
/// SIGKILL leaves neither a server nor a folder behind.
class Supervisor {
  public:
    /// Forks the supervisor and returns at once; whether the server came up is for the caller to
    /// find out by connecting.
    static Result<Supervisor> start(const ServerCommands& commands);

    Supervisor(Supervisor&& other) noexcept;
    Supervisor& operator=(Supervisor&& other) noexcept;
    ~Supervisor();

    /// Returns false once the server has ended by itself.
    bool running() noexcept;

    /// Shuts the server down (fast shutdown) and waits until it has ended. May be called twice.
    void stop() noexcept;

  private:
    Supervisor(pid_t pid, int pipe) : pid_(pid), pipe_(pipe) {}

    pid_t pid_ = -1;
    int pipe_ = -1;
};

}  // namespace fraiseql::cluster
