# SPDX-License-Identifier: MIT
"""What is measured: a GraphQL operation, and the SQL that a person would write for it."""
import dataclasses
import hashlib
import json
import uuid

USERS = range(1, 10001)
# One in fifty, and never one of the suspended.
WRITERS = range(1, 10001, 50)


@dataclasses.dataclass(frozen=True)
class Workload:
    name: str
    what: str
    # The file under pgbench/ with the hand-written SQL.
    script: str
    query: str
    # The numbers that a variable of the query is made of, one request each: $id is the id of that
    # user, $category the name of that category.
    numbers: range = USERS
    # What pgbench says for the parameters of the generated statement, in their order; nothing where
    # there is no such statement to compare.
    parameters: tuple[str, ...] | None = ()
    # Seconds are better spent on others: compare the statements only.
    sql_only: bool = False
    # The operation is registered with the server under this id, and asked for by it.
    document_id: str | None = None

    def variables(self, number):
        if "$category" in self.query:
            return {"category": f"cat_{number}"}
        digest = hashlib.md5(f"user:{number}".encode()).hexdigest()
        return {"id": str(uuid.UUID(digest))} if "$id" in self.query else {}

    def bodies(self):
        """Returns the request bodies, one for each number where the query takes a variable."""
        operation = {"documentId": self.document_id} if self.document_id else {"query": self.query}
        if "$" not in self.query:
            return [json.dumps(operation)]
        return [json.dumps(operation | {"variables": self.variables(number)})
                for number in self.numbers]


BY_ID = ("md5('user:' || :i::text)::uuid",)
USER = "query U($id: ID!) { user(id: $id) { id username email } }"

WORKLOADS = [
    Workload("user", "a user by id, three fields", "user_by_id.sql",
             USER, parameters=BY_ID),
    Workload("registered", "the same, by the id of a registered operation", "user_by_id.sql",
             USER, parameters=BY_ID, document_id="user"),
    Workload("posts", "the 20 newest published posts, each with its author",
             "posts_with_author.sql",
             """{ posts(limit: 20, where: {status: {eq: "published"}}, orderBy: {createdAt: DESC}) {
             id title excerpt createdAt author { id name } } }""", parameters=("'published'",)),
    Workload("nested", "a user with 10 posts, each with 3 comments", "user_with_posts.sql",
             """query N($id: ID!) { userWithPosts(id: $id) { id name
             posts(limit: 10) { id title createdAt comments(limit: 3) { id content } } } }""",
             parameters=BY_ID),
    Workload("document", "five fields of a stored 3 kB document", "stored_document.sql",
             "query D($id: ID!) { userProfile(id: $id) { id name email bio postCount } }",
             parameters=BY_ID),
    Workload("category", "100 posts by a key of their stored documents", "posts_by_category.sql",
             """query P($category: String!) { storedPosts(limit: 100, orderBy: {createdAt: DESC},
             where: {category: {eq: $category}}) { id title excerpt viewCount } }""",
             numbers=range(10, 50), parameters=("'cat_' || :i::text",)),
    Workload("create", "a function that writes three rows", "create_post.sql",
             """mutation C($id: ID!) { createPost(userId: $id, title: "A new post title",
             content: "Content of the new post, two hundred characters or so, typed by a person.",
             tags: ["a", "b"]) { id } }""", numbers=WRITERS, parameters=None),
    Workload("page", "1,000 posts with author, half a megabyte", "posts_large.sql",
             """{ posts(limit: 1000, where: {status: {eq: "published"}},
             orderBy: {createdAt: DESC}) { id title slug excerpt category status viewCount createdAt
             author { id name } } }""", parameters=("'published'",)),
    Workload("heavy", "three keys of 100 users whose view counts posts and comments of each",
             "heavy_from_data.sql",
             """{ userWithStatsLaterals(limit: 100, orderBy: {createdAt: DESC}) {
             id name email } }""", sql_only=True),
]
