// SPDX-License-Identifier: MIT
#include "cluster/private_cluster.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>
#include <thread>

namespace fraiseql::cluster {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kStartLimit{60};
constexpr int kAttempts = 3;
// A socket's path has to fit into sockaddr_un: 107 bytes with "/socket/.s.PGSQL.12345".
constexpr std::size_t kLongestTemporaryFolder = 50;

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using QueryResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

tl::unexpected<Error> system_failure(std::string_view what) {
    return fail(ErrorCode::InternalServerError, fmt::format("{}: {}.", what, std::strerror(errno)));
}

/// Root's TMPDIR may be closed to the user postgres, and a long one does not fit a socket's path.
std::string temporary_folder(const ServerUser& user) {
    const char* chosen = std::getenv("TMPDIR");
    const bool fits = chosen && *chosen == '/' && std::strlen(chosen) <= kLongestTemporaryFolder;
    return fits && !user.switch_user ? chosen : "/tmp";
}

Result<std::string> make_root(const ServerUser& user) {
    std::string path = temporary_folder(user) + "/fraiseql-cluster-XXXXXX";
    if (!mkdtemp(path.data())) return system_failure("Cannot make a temporary folder");
    if (user.switch_user && chown(path.c_str(), user.uid, user.gid) != 0)
        return system_failure("Cannot give the temporary folder to the user postgres");
    return path;
}

Result<int> free_port() {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return system_failure("Cannot make a socket");
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool ok = bind(probe, generic, size) == 0 && getsockname(probe, generic, &size) == 0;
    close(probe);
    if (!ok) return system_failure("Cannot find a free port on 127.0.0.1");
    return ntohs(address.sin_port);
}

Result<std::string> random_password() {
    std::array<unsigned char, 16> bytes = {};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return system_failure("Cannot read random bytes");
    std::string out;
    for (unsigned char byte : bytes)
        out += fmt::format("{:02x}", byte);
    return out;
}

Result<void> write_file(const std::string& path, std::string_view text, const ServerUser& user) {
    std::ofstream(path, std::ios::binary) << text;
    if (chmod(path.c_str(), 0600) != 0) return system_failure("Cannot write " + path);
    if (user.switch_user && chown(path.c_str(), user.uid, user.gid) != 0)
        return system_failure("Cannot give away " + path);
    return {};
}

ServerCommands make_commands(const std::string& programs, const std::string& root, int port,
                             const ServerUser& user, const ClusterOptions& options) {
    const std::string data = root + "/data";
    ServerCommands out;
    out.log_file = root + "/log";
    out.root = root;
    out.user = user;
    out.initdb = {programs + "/initdb",  "--pgdata=" + data,
                  "--username=postgres", "--pwfile=" + root + "/password",
                  "--auth-local=trust",  "--auth-host=scram-sha-256",
                  "--encoding=UTF8",     "--locale=C.UTF-8",
                  "--no-sync",           "--no-instructions"};
    std::vector<std::pair<std::string, std::string>> settings = {{"listen_addresses", "127.0.0.1"},
                                                                 {"port", std::to_string(port)},
                                                                 {"unix_socket_directories", root},
                                                                 {"fsync", "off"},
                                                                 {"synchronous_commit", "off"},
                                                                 {"full_page_writes", "off"},
                                                                 {"max_connections", "200"},
                                                                 {"timezone", "UTC"},
                                                                 {"log_timezone", "UTC"}};
    settings.insert(settings.end(), options.settings.begin(), options.settings.end());
    out.postgres = {programs + "/postgres", "-D", data};
    for (const auto& [name, value] : settings) {
        out.postgres.emplace_back("-c");
        out.postgres.push_back(name + "=" + value);
    }
    return out;
}

std::string percent_encode(std::string_view text) {
    std::string out;
    for (char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string last_lines(const std::string& path) {
    constexpr std::size_t kMost = 2000;
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    const std::string all = text.str();
    return all.size() <= kMost ? all : all.substr(all.size() - kMost);
}

}  // namespace

PrivateCluster::PrivateCluster(std::string root, int port, std::string password,
                               Supervisor supervisor)
    : root_(std::move(root)),
      port_(port),
      password_(std::move(password)),
      supervisor_(std::move(supervisor)) {}

PrivateCluster::PrivateCluster(PrivateCluster&& other) noexcept
    : root_(std::exchange(other.root_, {})),
      port_(other.port_),
      password_(std::move(other.password_)),
      supervisor_(std::move(other.supervisor_)) {}

PrivateCluster& PrivateCluster::operator=(PrivateCluster&& other) noexcept {
    if (this == &other) return *this;
    stop();
    root_ = std::exchange(other.root_, {});
    port_ = other.port_;
    password_ = std::move(other.password_);
    supervisor_ = std::move(other.supervisor_);
    return *this;
}

PrivateCluster::~PrivateCluster() { stop(); }

Result<PrivateCluster> PrivateCluster::start(const ClusterOptions& options) {
    Result<PrivateCluster> cluster = start_once(options);
    // Between the choice of the port and its use somebody else may have taken it.
    for (int attempt = 1; !cluster && attempt < kAttempts; ++attempt) {
        if (cluster.error().message.find("could not bind") == std::string::npos) break;
        cluster = start_once(options);
    }
    return cluster;
}

Result<PrivateCluster> PrivateCluster::start_once(const ClusterOptions& options) {
    FRAISEQL_TRY(const std::string programs, find_server_programs());
    FRAISEQL_TRY(const ServerUser user, find_server_user());
    FRAISEQL_TRY(const int port, free_port());
    FRAISEQL_TRY(const std::string password, random_password());
    FRAISEQL_TRY(const std::string root, make_root(user));
    if (auto written = write_file(root + "/password", password + "\n", user); !written)
        return fail(written.error());
    FRAISEQL_TRY(Supervisor supervisor,
                 Supervisor::start(make_commands(programs, root, port, user, options)));
    PrivateCluster cluster(root, port, password, std::move(supervisor));
    if (auto ready = cluster.wait_until_ready(); !ready) return fail(ready.error());
    return cluster;
}

Result<void> PrivateCluster::wait_until_ready() {
    const auto deadline = std::chrono::steady_clock::now() + kStartLimit;
    const std::string address = url();
    while (PQping(address.c_str()) != PQPING_OK) {
        const bool late = std::chrono::steady_clock::now() > deadline;
        if (late || !supervisor_.running())
            return fail(ErrorCode::ServiceUnavailable,
                        fmt::format("The private PostgreSQL {}. Its log ends with:\n{}",
                                    late ? "took more than a minute to start" : "did not start",
                                    last_lines(root_ + "/log")));
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return {};
}

std::string PrivateCluster::url(std::string_view database) const {
    return fmt::format("postgresql://postgres@/{}?host={}&port={}", percent_encode(database),
                       percent_encode(root_), port_);
}

std::string PrivateCluster::tcp_url(std::string_view database) const {
    return fmt::format("postgresql://postgres:{}@127.0.0.1:{}/{}", password_, port_,
                       percent_encode(database));
}

Result<std::string> PrivateCluster::create_database(std::string_view name) const {
    std::string quoted = "\"";
    for (char c : name)
        quoted += c == '"' ? "\"\"" : std::string(1, c);
    quoted += '"';
    // Two statements, two calls: neither may run in a transaction block.
    auto dropped = run_sql(url(), "DROP DATABASE IF EXISTS " + quoted + " WITH (FORCE)");
    if (!dropped) return fail(dropped.error());
    auto created = run_sql(url(), "CREATE DATABASE " + quoted);
    if (!created) return fail(created.error());
    return url(name);
}

void PrivateCluster::stop() noexcept {
    supervisor_.stop();
    // The supervisor removes the folder, unless the server had ended by itself.
    std::error_code ignored;
    if (!root_.empty()) fs::remove_all(root_, ignored);
    root_.clear();
}

Result<void> run_sql(const std::string& url, const std::string& sql) {
    const Connection connection(PQconnectdb(url.c_str()), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK)
        return fail(ErrorCode::ServiceUnavailable, PQerrorMessage(connection.get()));
    PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
    const QueryResult result(PQexec(connection.get(), sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY)
        return {};
    Error error{.message = PQerrorMessage(connection.get())};
    if (const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE))
        error.extensions.emplace_back("sqlstate", sqlstate);
    return fail(std::move(error));
}

Result<void> run_file(const std::string& url, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return fail(ErrorCode::Configuration,
                    fmt::format("Cannot read the SQL file {}: {}.", path, std::strerror(errno)));
    std::stringstream text;
    text << file.rdbuf();
    auto result = run_sql(url, text.str());
    if (!result) result.error().message = path + ": " + result.error().message;
    return result;
}

}  // namespace fraiseql::cluster
