// SPDX-License-Identifier: MIT
// Annotations: how a comment splits into description and @ lines.
#include "catalog/annotation.hpp"

#include <gmock/gmock.h>

namespace fraiseql::catalog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Annotation, SeparatesDescriptionFromAnnotations) {
    Annotations read = read_annotations(
        "A person who can sign in.\n@name Member\n  @authorize email  role:admin \nSecond line.");
    EXPECT_EQ(read.description, "A person who can sign in.\nSecond line.");
    ASSERT_EQ(read.items.size(), 2U);
    EXPECT_EQ(read.find("name")->arguments, "Member");
    EXPECT_EQ(read.find("authorize")->arguments, "email  role:admin");
    EXPECT_EQ(read.find("authorize")->line, 3U);
    EXPECT_EQ(read.find("Name"), nullptr);
}

TEST(Annotation, KeepsTextThatOnlyLooksLikeOne) {
    Annotations read = read_annotations("Write to admin@example.com.\r\n@ home\r\n@1");
    EXPECT_EQ(read.description, "Write to admin@example.com.\n@ home\n@1");
    EXPECT_THAT(read.items, IsEmpty());
    EXPECT_EQ(read_annotations("").description, "");
}

TEST(Annotation, FindsRepeatedOnesInOrder) {
    Annotations read = read_annotations("@role a\n@role b");
    auto all = read.find_all("role");
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[1]->arguments, "b");
}

TEST(Annotation, SuggestsTheNameThatWasMeant) {
    auto errors = unknown_annotations(read_annotations("@authorise email\n@name X"), "view v_user",
                                      {"authorize", "name"});
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].message,
              "The comment on view v_user has an unknown annotation @authorise in line 1.");
    EXPECT_EQ(errors[0].hint, "Did you mean \"authorize\"?");
}

TEST(Annotation, SplitsArgumentsAtSpacesOutsideQuotes) {
    EXPECT_THAT(split_arguments(" email  role:admin reason:\"not yours\" \"\" "),
                ElementsAre("email", "role:admin", "reason:not yours", ""));
    EXPECT_THAT(split_arguments("  "), IsEmpty());
}

}  // namespace
}  // namespace fraiseql::catalog
