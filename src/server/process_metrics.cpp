// SPDX-License-Identifier: MIT
#include "server/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "server/metric_families.hpp"

namespace fraiseql::server {

namespace {

// The process has hardly begun when the program's own objects are made.
const double kStarted =
    std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void read_memory(ProcessState& state) {
    double size = 0;
    double resident = 0;
    std::ifstream statm("/proc/self/statm");
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    if (!(statm >> size >> resident)) return;
    state.virtual_bytes = size * page;
    state.resident_bytes = resident * page;
}

}  // namespace

ProcessState process_state() {
    ProcessState out{.started = kStarted};
    read_memory(out);
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        out.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    std::error_code error;
    std::filesystem::directory_iterator files("/proc/self/fd", error);
    double open = 0;
    for (const std::filesystem::directory_iterator end; !error && files != end;
         files.increment(error))
        ++open;
    if (!error) out.open_files = open;
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) out.most_files = static_cast<double>(limit.rlim_cur);
    return out;
}

std::uint64_t resident_bytes() {
    ProcessState state;
    read_memory(state);
    return static_cast<std::uint64_t>(state.resident_bytes.value_or(0));
}

std::vector<prometheus::MetricFamily> process_metrics() {
    const ProcessState state = process_state();
    Families out;
    const auto gauge = [&out](const char* name, const char* help, std::optional<double> value) {
        if (value) out.gauge(name, help, *value);
    };
    gauge("process_virtual_memory_bytes", "Virtual memory.", state.virtual_bytes);
    gauge("process_resident_memory_bytes", "Resident memory.", state.resident_bytes);
    if (state.cpu_seconds)
        out.counter("process_cpu_seconds_total", "Processor time, user and system.",
                    *state.cpu_seconds);
    gauge("process_open_fds", "Open file descriptors.", state.open_files);
    gauge("process_max_fds", "Most file descriptors that may be open.", state.most_files);
    gauge("process_start_time_seconds", "When the process began, since 1970.", state.started);
    return out.take();
}

}  // namespace fraiseql::server
