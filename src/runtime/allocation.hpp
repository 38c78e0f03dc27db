// SPDX-License-Identifier: MIT
// How the C library's allocator treats memory that is freed.
#pragma once

namespace fraiseql::runtime {

/// From now on, what large answers took is kept for the next ones: at most 32 MB of free memory at
/// the end of each thread's arena. Otherwise the system takes it back after each answer, and clears
/// it before the next, which costs more than to write one of half a megabyte (mallopt(3)). Nothing
/// changes where the environment has settings for the allocator, or with another C library. For a
/// program that is a server; before it starts threads.
void keep_freed_memory();

/// Gives what was freed back to the system, as far as the allocator can: for the end of something
/// large and rare. It looks at all of the heap.
void give_back_memory() noexcept;

}  // namespace fraiseql::runtime
