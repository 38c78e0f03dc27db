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

}  // namespace

std::vector<prometheus::MetricFamily> process_metrics() {
    Families out;
    double size = 0;
    double resident = 0;
    std::ifstream statm("/proc/self/statm");
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    if (statm >> size >> resident) {
        out.gauge("process_virtual_memory_bytes", "Virtual memory.", size * page);
        out.gauge("process_resident_memory_bytes", "Resident memory.", resident * page);
    }
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        out.counter("process_cpu_seconds_total", "Processor time, user and system.",
                    seconds(usage.ru_utime) + seconds(usage.ru_stime));
    std::error_code error;
    std::filesystem::directory_iterator files("/proc/self/fd", error);
    double open = 0;
    for (const std::filesystem::directory_iterator end; !error && files != end;
         files.increment(error))
        ++open;
    if (!error) out.gauge("process_open_fds", "Open file descriptors.", open);
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        out.gauge("process_max_fds", "Most file descriptors that may be open.",
                  static_cast<double>(limit.rlim_cur));
    out.gauge("process_start_time_seconds", "When the process began, since 1970.", kStarted);
    return out.take();
}

}  // namespace fraiseql::server
