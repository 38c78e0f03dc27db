// SPDX-License-Identifier: MIT
#include "runtime/allocation.hpp"

#include <cstdlib>
#include <initializer_list>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace fraiseql::runtime {

void keep_freed_memory() {
#ifdef __GLIBC__
    constexpr int kMegabyte = 1 << 20U;
    for (const char* name : {"GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"})
        if (std::getenv(name) != nullptr) return;
    mallopt(M_MMAP_THRESHOLD, 8 * kMegabyte);
    mallopt(M_TRIM_THRESHOLD, 32 * kMegabyte);
#endif
}

void give_back_memory() noexcept {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

}  // namespace fraiseql::runtime
