# SPDX-License-Identifier: MIT
"""What is measured: a GraphQL operation, and the SQL that a person would write for it."""
import dataclasses
import hashlib
import json

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
    # The users whose ids go into $id, one request each.
    users: range = USERS

    def bodies(self):
        """Returns the request bodies, one for each user where the query takes one."""
        if "$id" not in self.query:
            return [json.dumps({"query": self.query})]
        ids = (hashlib.md5(f"user:{n}".encode()).hexdigest() for n in self.users)
        dashed = (f"{x[:8]}-{x[8:12]}-{x[12:16]}-{x[16:20]}-{x[20:]}" for x in ids)
        return [json.dumps({"query": self.query, "variables": {"id": x}}) for x in dashed]


WORKLOADS = [
    Workload("user", "a user by id, three fields", "user_by_id.sql",
             "query U($id: ID!) { user(id: $id) { id username email } }"),
    Workload("posts", "the 20 newest published posts, each with its author",
             "posts_with_author.sql",
             """{ posts(limit: 20, where: {status: {eq: "published"}}, orderBy: {createdAt: DESC}) {
             id title excerpt createdAt author { id name } } }"""),
    Workload("document", "five fields of a stored 3 kB document", "stored_document.sql",
             "query D($id: ID!) { userProfile(id: $id) { id name email bio postCount } }"),
    Workload("create", "a function that writes three rows", "create_post.sql",
             """mutation C($id: ID!) { createPost(userId: $id, title: "A new post title",
             content: "Content of the new post, two hundred characters or so, typed by a person.",
             tags: ["a", "b"]) { id } }""", users=WRITERS),
]
