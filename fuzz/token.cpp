// SPDX-License-Identifier: MIT
// Any bytes: as a token they are refused without a signature, as a key set they are read or not.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "auth/authenticator.hpp"

using namespace fraiseql;

namespace {

constexpr std::int64_t kNow = 1'700'000'000;

auth::Authenticator& authenticator() {
    static auth::Authenticator one = [] {
        auth::Keys keys{auth::make_secret_key("a secret of the fuzzer, long enough").value()};
        return auth::Authenticator(std::make_shared<const auth::Keys>(std::move(keys)), {});
    }();
    return one;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto answer = authenticator().authenticate(text, kNow);
    if (answer) std::abort();
    if (answer.error().message.empty()) std::abort();
#ifdef FRAISEQL_PLANTED_BUG
    if (answer.error().reason == auth::Refusal::Reason::CriticalHeader) std::abort();
#endif
    const auto keys = auth::read_key_set(text);
    if (keys && (keys->empty() || keys->size() > 64)) std::abort();
    return 0;
}
