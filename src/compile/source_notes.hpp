// SPDX-License-Identifier: MIT
// Source notes: where each field of an operation gets its value, for people who ask why.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compile/compile.hpp"

namespace fraiseql::compile {

/// Where the value of a field comes from, or the one that is compared, ordered or grouped by.
struct SourceNote {
    /// Response keys from the root: `posts.author.name`; with what leads to the value in an
    /// argument: `posts(where.OR.author.name)`.
    std::string path;
    /// "column title", "query of view v_post, as text", "document v_post.data".
    std::string source;
    /// Why it is not a better one; empty where it is the best.
    std::string reason;
};

/// Why a root field reads its view as it is.
struct DocumentNote {
    /// The response key.
    std::string root;
    std::string view;
    std::string reason;
};

/// Returns a note for each root field whose view is not seen through.
std::vector<DocumentNote> document_notes(const schema::Model& model, const plan::Plan& plan,
                                         const CompileOptions& options);

/// Returns a note for each selected field of the reads of `plan`, in the order of the request, and
/// behind those of each root field one for each value that its arguments compare.
std::vector<SourceNote> source_notes(const schema::Model& model, const plan::Plan& plan,
                                     std::span<const json::Value> arguments,
                                     const CompileOptions& options);

}  // namespace fraiseql::compile
