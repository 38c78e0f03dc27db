// SPDX-License-Identifier: MIT
// fraiseql-private-cluster: lends a private PostgreSQL to scripts, for as long as they hold stdin.
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/private_cluster.hpp"

namespace {

using fraiseql::Result;
using fraiseql::cluster::ClusterOptions;
using fraiseql::cluster::PrivateCluster;

constexpr std::string_view kUsage =
    "Usage: fraiseql-private-cluster [--set NAME=VALUE]... [--database NAME] [FILE.sql]...\n"
    "Starts a private PostgreSQL, creates the database, runs the files in it, prints its URL as\n"
    "one line, and keeps it until standard input closes or SIGTERM or SIGINT arrives.\n";

struct Arguments {
    ClusterOptions options;
    std::string database = "postgres";
    std::vector<std::string> files;
};

Result<Arguments> parse(const std::vector<std::string>& words) {
    Arguments out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (!word.starts_with("--")) {
            out.files.push_back(word);
            continue;
        }
        const bool known = word == "--set" || word == "--database";
        if (!known || i + 1 == words.size())
            return fraiseql::fail(fraiseql::ErrorCode::Configuration,
                                  known ? word + " needs a value." : "Unknown option " + word + ".",
                                  std::string(kUsage));
        const std::string& value = words[++i];
        const std::size_t equals = value.find('=');
        if (word == "--database") {
            out.database = value;
        } else if (equals == std::string::npos) {
            return fraiseql::fail(fraiseql::ErrorCode::Configuration,
                                  "--set needs NAME=VALUE, not " + value + ".");
        } else {
            out.options.settings.emplace_back(value.substr(0, equals), value.substr(equals + 1));
        }
    }
    return out;
}

/// The signals are blocked before anything starts, so that one that comes early is not lost.
int block_signals() {
    sigset_t ending;
    sigemptyset(&ending);
    for (int number : {SIGINT, SIGTERM, SIGHUP})
        sigaddset(&ending, number);
    sigprocmask(SIG_BLOCK, &ending, nullptr);
    return signalfd(-1, &ending, SFD_CLOEXEC);
}

void wait_for_the_end(int signals) {
    std::array<pollfd, 2> inputs = {pollfd{.fd = signals, .events = POLLIN, .revents = 0},
                                    pollfd{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
    std::array<char, 256> ignored = {};
    while (poll(inputs.data(), inputs.size(), -1) >= 0) {
        if (inputs[0].revents != 0) return;
        if (inputs[1].revents != 0 && read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0)
            return;
    }
}

Result<void> run(const std::vector<std::string>& words, int signals) {
    FRAISEQL_TRY(const Arguments arguments, parse(words));
    FRAISEQL_TRY(const PrivateCluster cluster, PrivateCluster::start(arguments.options));
    std::string url = cluster.url(arguments.database);
    if (arguments.database != "postgres") {
        auto created = cluster.create_database(arguments.database);
        if (!created) return fraiseql::fail(created.error());
    }
    for (const std::string& file : arguments.files)
        if (auto loaded = fraiseql::cluster::run_file(url, file); !loaded) return loaded;
    fmt::print("{}\n", url);
    std::fflush(stdout);
    wait_for_the_end(signals);
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words == std::vector<std::string>{"--help"}) {
        fmt::print("{}", kUsage);
        return 0;
    }
    if (auto result = run(words, block_signals()); !result) {
        fmt::print(stderr, "{}\n", fraiseql::to_string(result.error()));
        return 1;
    }
    return 0;
}
