// SPDX-License-Identifier: MIT
#include "runtime/payload.hpp"

namespace fraiseql::runtime {

void Payload::append(std::string bytes) {
    if (bytes.empty()) return;
    size_ += bytes.size();
    segments_.push_back({std::move(bytes), {}});
}

void Payload::append_view(std::string_view bytes) {
    if (bytes.empty()) return;
    size_ += bytes.size();
    segments_.push_back({{}, bytes});
}

std::string_view Payload::segment(std::size_t index) const noexcept {
    const Segment& segment = segments_[index];
    return segment.owned.empty() ? segment.borrowed : std::string_view(segment.owned);
}

std::string Payload::str() const {
    std::string out;
    out.reserve(size_);
    for (std::size_t i = 0; i < segments_.size(); ++i)
        out += segment(i);
    return out;
}

}  // namespace fraiseql::runtime
