// SPDX-License-Identifier: MIT
// Payload: the bytes of an answer as a list of segments, written in one gather write, not joined.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fraiseql::runtime {

/// Owns its segments or keeps their owners alive. Moving it keeps the owners' bytes where they are.
class Payload {
  public:
    Payload() = default;
    explicit Payload(std::string bytes) { append(std::move(bytes)); }

    /// Appends bytes that the payload owns from now on.
    void append(std::string bytes);
    /// Appends bytes that live elsewhere: static text, or part of something handed to keep().
    void append_view(std::string_view bytes);
    /// Keeps `owner` alive as long as the payload.
    void keep(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }

    std::size_t size() const noexcept { return size_; }
    std::size_t segment_count() const noexcept { return segments_.size(); }
    /// Returns segment `index`; valid while the payload is neither moved nor changed.
    std::string_view segment(std::size_t index) const noexcept;
    /// Returns all segments joined, for tests and logs.
    std::string str() const;

  private:
    struct Segment {
        std::string owned;
        std::string_view borrowed;
    };

    std::vector<Segment> segments_;
    std::vector<std::shared_ptr<const void>> owners_;
    std::size_t size_ = 0;
};

}  // namespace fraiseql::runtime
