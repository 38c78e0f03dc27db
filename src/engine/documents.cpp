// SPDX-License-Identifier: MIT
#include "engine/documents.hpp"

#include "engine/template_request.hpp"
#include "turbo/persisted_query.hpp"
#include "turbo/sha256.hpp"

namespace fraiseql::engine {
namespace {

constexpr std::string_view kSha256 = "sha256:";
/// Executions by one worker, and operations at a time.
constexpr std::uint32_t kCallsOfOwnMeter = 100;
constexpr std::size_t kMaxOwnMeters = 50;

tl::unexpected<Error> only_registered() {
    return fail(ErrorCode::Forbidden, "This server runs registered operations only.",
                "Register the operation: see `fraiseql turbo add`.");
}

}  // namespace

Documents::Documents(const std::shared_ptr<const Settings>& settings,
                     std::shared_ptr<const schema::Model> model)
    : settings_(settings),
      model_(std::move(model)),
      plans_(settings->plan_cache_bytes),
      registry_(std::make_shared<turbo::Registry>()),
      texts_(settings->plan_cache_bytes / 8) {
    if (settings_->others) others_ = settings_->others->open(std::string(turbo::kOtherOperations));
}

Documents::Lookup Documents::find(const Request& request) {
    if (!request.document_id.empty()) {
        if (!request.query.empty())
            return {fail(ErrorCode::BadRequest, "The request has both \"query\" and \"documentId\"",
                         "Send the one or the other.")};
        return find_id(request.document_id);
    }
    const auto hash = turbo::read_persisted_hash(request.extensions);
    if (!hash) return {fail(hash.error())};
    if (!*hash) return {find_text(request.query)};
    return request.query.empty() ? find_hash(**hash) : find_hashed_text(**hash, request.query);
}

Documents::Lookup Documents::find_id(std::string_view id) {
    if (const auto index = registry_->find_name(id)) return {registered_[*index]};
    if (id.starts_with(kSha256) && settings_->persisted && !settings_->only_registered)
        return find_hash(id.substr(kSha256.size()));
    return {fail(ErrorCode::PersistedQueryNotFound,
                 "No operation is registered under the documentId \"" + std::string(id) + "\"",
                 "`fraiseql turbo list` shows those that are.")};
}

Documents::Lookup Documents::find_hash(std::string_view hash) {
    if (const auto index = registry_->find_name(hash)) return {registered_[*index]};
    if (settings_->only_registered) return {only_registered()};
    if (!settings_->persisted) return {fail(turbo::persisted_query_not_supported())};
    if (const std::string* text = texts_.find(hash)) return {find_text(*text)};
    const auto text = settings_->persisted->find(hash);
    if (!text) return {.document = fail(turbo::persisted_query_not_found()), .unknown_hash = hash};
    texts_.insert(hash, *text, text->size());
    return {find_text(*text)};
}

Documents::Found Documents::find_text(std::string_view text) {
    if (const auto index = registry_->find_text(text)) return registered_[*index];
    if (settings_->only_registered) return only_registered();
    return plans_.find_or_prepare(model_, text, settings_->parse);
}

Documents::Lookup Documents::find_hashed_text(std::string_view hash, std::string_view text) {
    const std::string* known = texts_.find(hash);
    if (known != nullptr && *known == text) return {find_text(text)};
    // A registered document may be named by a hash that is not that of its text.
    const auto index = registry_->find_name(hash);
    if (index && registry_->entries()[*index].text == text) return {registered_[*index]};
    if (turbo::sha256_hex(text) != hash)
        return {fail(ErrorCode::BadRequest, "provided sha does not match query",
                     "\"sha256Hash\" must be the SHA-256 of the bytes of \"query\".")};
    const bool persisted = settings_->persisted && settings_->persisted->find(hash);
    Lookup found{persist(hash, text)};
    const bool valid = found.document && (*found.document)->errors.empty();
    if (valid && settings_->persisted && !persisted) found.new_hash = hash;
    return found;
}

Documents::Found Documents::find_persisted(std::string_view hash, std::string_view text) {
    // Whoever can write to the table could put another text there.
    if (turbo::sha256_hex(text) != hash) return fail(turbo::persisted_query_not_found());
    return persist(hash, text);
}

Documents::Found Documents::persist(std::string_view hash, std::string_view text) {
    auto document = find_text(text);
    if (!document || !(*document)->errors.empty() || !settings_->persisted) return document;
    // What is not valid is not persisted: nobody could run it.
    settings_->persisted->insert(hash, text);
    texts_.insert(hash, std::string(text), text.size());
    return document;
}

Documents::Found Documents::under(Found found, const Settings& settings) const {
    if (!found || &settings == settings_.get() || plan_alike(settings, *settings_)) return found;
    const PreparedDocument& known = **found;
    auto own = prepare_document(known.model, known.source, settings.parse);
    own->registered = known.registered;
    own->label = known.label;
    own->meter = known.meter;
    own->sql_template = known.sql_template;
    own->template_units = known.template_units;
    return own;
}

void Documents::count(PreparedDocument& document, const turbo::Call& call) const {
    if (document.meter) return document.meter->count(call);
    if (others_) count_other(document, call);
    if (!settings_->adaptive || !settings_->statistics) return;
    if (const auto hot = document.heat.count(turbo::Heat::Clock::now(), call.duration))
        settings_->statistics->propose({document.source, *hot});
}

void Documents::count_other(PreparedDocument& document, const turbo::Call& call) const {
    // What was asked for a few times only has no line of its own: clients could make up any number.
    if (!document.own_meter && document.calls < kCallsOfOwnMeter &&
        ++document.calls == kCallsOfOwnMeter && !document.label.empty())
        document.own_meter = settings_->others->open_if_room(document.label, kMaxOwnMeters);
    (document.own_meter ? *document.own_meter : *others_).count(call);
}

void Documents::replace_model(std::shared_ptr<const schema::Model> model) {
    model_ = std::move(model);
    plans_.clear();
    registered_.clear();
    prepare_registered();
}

void Documents::replace_registry(std::shared_ptr<const turbo::Registry> registry) {
    const auto before = std::exchange(registry_, std::move(registry));
    auto kept = std::exchange(registered_, {});
    for (const turbo::Registered& entry : registry_->entries()) {
        const auto index = before->find_text(entry.text);
        registered_.push_back(index ? kept[*index] : nullptr);
        if (index && before->entries()[*index].id != entry.id) registered_.back()->meter = nullptr;
    }
    prepare_registered();
}

void Documents::take_template(PreparedDocument& document,
                              const std::shared_ptr<const turbo::CheckedTemplate>& checked) const {
    const bool fits = checked && checked->model == model_;
    if (document.sql_template == (fits ? checked : nullptr)) return;
    document.sql_template = fits ? checked : nullptr;
    document.template_units = fits ? template_units(*checked) : nullptr;
}

void Documents::prepare_registered() {
    registered_.resize(registry_->entries().size());
    for (std::size_t i = 0; i < registered_.size(); ++i) {
        if (!registered_[i])
            registered_[i] =
                prepare_document(model_, registry_->entries()[i].text, settings_->parse);
        registered_[i]->registered = true;
        registered_[i]->label = registry_->entries()[i].id;
        take_template(*registered_[i], registry_->entries()[i].checked);
        if (settings_->statistics && !registered_[i]->meter)
            registered_[i]->meter = settings_->statistics->open(registry_->entries()[i].id);
    }
}

}  // namespace fraiseql::engine
