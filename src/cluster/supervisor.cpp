// SPDX-License-Identifier: MIT
#include "cluster/supervisor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace fraiseql::cluster {
namespace {

constexpr int kPipe = 3;
constexpr int kPollMilliseconds = 100;

void drop_privileges(const ServerUser& user) {
    if (!user.switch_user) return;
    if (setgroups(0, nullptr) != 0 || setgid(user.gid) != 0 || setuid(user.uid) != 0) _exit(126);
}

/// Lets go of everything inherited but the pipe: a listening socket or a terminal kept open here
/// would outlive the creator.
void detach(int pipe, const ServerCommands& commands) {
    setpgid(0, 0);  // Ctrl-C in a terminal is for the creator, which then stops the server itself.
    drop_privileges(commands.user);
    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const int log =
        open(commands.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (null < 0 || log < 0) _exit(126);
    dup2(null, STDIN_FILENO);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    dup2(pipe, kPipe);
    close_range(kPipe + 1, ~0U, 0);
    for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGCHLD})
        signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (chdir(commands.root.c_str()) != 0) _exit(126);
}

pid_t spawn(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    for (const std::string& word : command)
        arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t supervisor = getpid();
    const pid_t pid = fork();
    if (pid != 0) return pid;
    // Set after setuid, which clears it. SIGQUIT is PostgreSQL's immediate shutdown.
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != supervisor) _exit(126);
    close(kPipe);
    std::array<const char*, 4> environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8",
                                              "TZ=UTC", nullptr};
    execve(arguments[0], arguments.data(), const_cast<char**>(environment.data()));
    _exit(127);
}

/// Returns true once the creator has closed its end of the pipe.
bool creator_gone() {
    pollfd pipe = {.fd = kPipe, .events = POLLIN, .revents = 0};
    return poll(&pipe, 1, kPollMilliseconds) > 0;
}

/// Waits for `pid`; ends it by `signal_number` when the creator has gone. Returns whether it has.
bool watch(pid_t pid, int signal_number, int& status) {
    bool gone = false;
    while (waitpid(pid, &status, gone ? 0 : WNOHANG) == 0) {
        if (!creator_gone()) continue;
        gone = true;
        kill(pid, signal_number);
    }
    return gone;
}

[[noreturn]] void supervise(const ServerCommands& commands) {
    int status = 0;
    bool gone = watch(spawn(commands.initdb), SIGTERM, status);
    const bool created = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!gone && created) gone = watch(spawn(commands.postgres), SIGINT, status);
    // A server that failed leaves its log for the creator, which reads and removes it.
    if (gone) {
        std::error_code ignored;
        std::filesystem::remove_all(commands.root, ignored);
    }
    _exit(gone ? 0 : 1);
}

}  // namespace

Result<Supervisor> Supervisor::start(const ServerCommands& commands) {
    std::array<int, 2> ends = {-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail(ErrorCode::InternalServerError,
                    fmt::format("Cannot make a pipe: {}.", std::strerror(errno)));
    const pid_t pid = fork();
    if (pid == 0) {
        detach(ends[0], commands);
        supervise(commands);
    }
    close(ends[0]);
    if (pid > 0) return Supervisor(pid, ends[1]);
    close(ends[1]);
    return fail(ErrorCode::InternalServerError,
                fmt::format("Cannot start a process: {}.", std::strerror(errno)));
}

Supervisor::Supervisor(Supervisor&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), pipe_(std::exchange(other.pipe_, -1)) {}

Supervisor& Supervisor::operator=(Supervisor&& other) noexcept {
    if (this == &other) return *this;
    stop();
    pid_ = std::exchange(other.pid_, -1);
    pipe_ = std::exchange(other.pipe_, -1);
    return *this;
}

Supervisor::~Supervisor() { stop(); }

bool Supervisor::running() noexcept {
    if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
}

void Supervisor::stop() noexcept {
    if (pipe_ >= 0) close(std::exchange(pipe_, -1));
    if (pid_ > 0) waitpid(std::exchange(pid_, -1), nullptr, 0);
}

}  // namespace fraiseql::cluster
