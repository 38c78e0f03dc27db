# SPDX-License-Identifier: MIT
"""Changing a password: by the old one, from a session of one's own, ending all others."""
import json
import unittest

from session_product import ACCESS, PASSWORD, Browser, Product

NEW = "another long password"


class PasswordChange(Product):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.sign_up(self.server)
        self.browser = self.sign_in(self.server)

    def change(self, browser=None, old=PASSWORD, new=NEW, **headers):
        return (browser or self.browser).send("POST", "/auth/change-password",
                                              {"oldPassword": old, "newPassword": new}, **headers)

    def test_it_ends_all_other_sessions_and_what_would_reset_the_password(self):
        other = self.sign_in(self.server)
        self.browser.post("/auth/forgot-password", email="ann@x.org")
        _, token = self.mail("ann@x.org")
        self.browser.post("/auth/forgot-password", email="ann@x.org")
        answer = self.change()
        self.assertEqual((answer.status, answer.text), (200, '{"ok":true}'))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.is_refused(other)
        self.assertEqual(other.post("/auth/refresh").status, 401)
        self.assertEqual(self.browser.graphql("{ __typename }").status, 200)
        self.assertEqual(self.browser.post("/auth/refresh").status, 200)
        reset = self.browser.post("/auth/reset-password", token=token, password="a third password")
        self.assertEqual(reset.status, 400)
        self.assertEqual(self.sql("SELECT * FROM auth.claim_messages()"), "")
        old = Browser(self.server).post("/auth/login", email="ann@x.org", password=PASSWORD)
        self.assertEqual(old.status, 401)
        self.sign_in(self.server, password=NEW)
        self.server.wait_for_log('"event":"auth.password_changed"')
        for secret in (PASSWORD, NEW):
            self.assertNotIn(secret, self.server.log())
            self.assertNotIn(secret, self.database.log())

    def test_the_old_password_must_fit_and_guesses_are_counted_apart(self):
        statuses = [self.change(old=f"guess number {i}").status for i in range(6)]
        self.assertEqual(statuses, [403] * 5 + [429])
        locked = self.change()
        self.assertEqual((locked.status, locked.headers["Retry-After"]), (429, "1"))
        # The owner signs in all the same, and nothing was changed.
        self.sign_in(self.server)
        self.sql("UPDATE auth.tb_attempt SET locked_until = '-infinity'")
        self.assertEqual(self.change().status, 200)
        self.assertEqual(self.sql("SELECT count(*) FROM auth.tb_attempt "
                                  "WHERE kind = 'password_change'"), "0")
        self.server.wait_for_log('"detail":"password change"')
        self.server.wait_for_log('"event":"auth.locked_out"')

    def test_bad_passwords_are_refused_without_a_hash(self):
        before = self.hashes(self.server)
        for new, words in (("short", "too short"), (PASSWORD, "the old one"), ("x" * 5000, "long")):
            answer = self.change(new=new)
            self.assertEqual(answer.status, 400, answer.text)
            self.assertIn(words, answer.text)
        self.assertIn("mail address", self.change(new="ann@x.org").text)
        self.assertEqual(self.change(old="x" * 5000).status, 403)
        self.assertEqual(self.hashes(self.server), before)

    def test_nobody_else_changes_it(self):
        self.assertEqual(self.change(Browser(self.server)).status, 401)
        for page in ("https://evil.example", "null"):
            self.assertEqual(self.change(Origin=page).status, 403)
        self.sign_up(self.server, "bob@x.org", "the password of bob")
        bob = self.sign_in(self.server, "bob@x.org", "the password of bob")
        # Whose password it is stands in the token alone.
        self.assertEqual(self.change(bob).status, 403)
        self.sign_in(self.server)

    def test_a_session_that_is_over_changes_nothing(self):
        self.sql("UPDATE auth.tb_user SET not_before = clock_timestamp() WHERE email = 'ann@x.org'")
        self.assertEqual(self.change().status, 401)
        self.sign_in(self.server)

    def test_graphql_does_the_same(self):
        other = self.sign_in(self.server)
        mutation = 'mutation { changePassword(oldPassword: "%s", newPassword: "%s") { result } }'

        def asked(old, new, token=self.browser.cookies[ACCESS]):
            headers = {"Authorization": "Bearer " + token} if token else {}
            body = json.dumps({"query": mutation % (old, new)})
            return json.loads(self.server.post(body, headers).text)

        error = asked("wrong password", NEW)["errors"][0]
        self.assertEqual(error["extensions"]["code"], "FORBIDDEN")
        self.assertEqual(error["path"], ["changePassword"])
        error = asked(PASSWORD, NEW, None)["errors"][0]
        self.assertEqual(error["extensions"]["code"], "UNAUTHENTICATED")
        self.assertEqual(asked(PASSWORD, NEW), {"data": {"changePassword": {"result": True}}})
        self.is_refused(other)
        self.sign_in(self.server, password=NEW)


if __name__ == "__main__":
    unittest.main()
