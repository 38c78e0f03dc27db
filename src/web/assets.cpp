// SPDX-License-Identifier: MIT
#include "web/assets.hpp"

#include <algorithm>
#include <array>

extern "C" {
#define X(number, path, type, etag, size, gzip_size) \
    extern const char fraiseql_asset_##number[];     \
    extern const char fraiseql_asset_##number##_gzip[];
#include "assets.inc"
#undef X
}

namespace fraiseql::web {
namespace {

const std::array kAssets = {
#define X(number, path, type, etag, size, gzip_size)                                      \
    Asset{path, type, etag, std::string_view(fraiseql_asset_##number, std::size_t{size}), \
          std::string_view(fraiseql_asset_##number##_gzip, std::size_t{gzip_size})},
#include "assets.inc"
#undef X
};

}  // namespace

std::span<const Asset> assets() { return kAssets; }

const Asset* find_asset(std::string_view path) noexcept {
    const auto* found = std::ranges::find(kAssets, path, &Asset::path);
    return found == kAssets.end() ? nullptr : found;
}

}  // namespace fraiseql::web
