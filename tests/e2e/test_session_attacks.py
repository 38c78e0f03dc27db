# SPDX-License-Identifier: MIT
"""What attackers try with sessions: stolen and made-up tokens, guesses, pages of other sites."""
import base64
import concurrent.futures
import json
import unittest

from product import wait_until
from session_product import ACCESS, PASSWORD, REFRESH, Browser, Product


class Tokens(Product):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.sign_up(self.server)

    def test_a_token_that_was_exchanged_ends_the_session_for_all(self):
        browser = self.sign_in(self.server)
        thief = Browser(self.server)
        thief.cookies = dict(browser.cookies)
        self.assertEqual(browser.post("/auth/refresh").status, 200)
        self.assertNotEqual(thief.cookies[REFRESH], browser.cookies[REFRESH])
        self.assertEqual(thief.post("/auth/refresh").status, 401)
        # Neither the newest refresh token nor any access token counts any more.
        latest = dict(browser.cookies)
        self.assertEqual(browser.post("/auth/refresh").status, 401)
        browser.cookies = latest
        self.is_refused(browser)
        self.server.wait_for_log('"event":"auth.token_reused"')

    def test_of_many_refreshes_at_once_one_succeeds_and_it_counts_as_theft(self):
        for _ in range(5):
            browser = self.sign_in(self.server)
            cookies = dict(browser.cookies)

            def refresh(_):
                one = Browser(self.server)
                one.cookies = dict(cookies)
                return one.post("/auth/refresh").status

            with concurrent.futures.ThreadPoolExecutor(8) as threads:
                statuses = sorted(threads.map(refresh, range(8)))
            self.assertEqual(statuses, [200] + [401] * 7)
            self.is_refused(browser)

    def test_made_up_tokens(self):
        browser = Browser(self.server)
        for value in ("", "x", "x" * 300, "0" * 43, "'; DROP TABLE auth.tb_user; --"):
            browser.cookies = {REFRESH: value}
            self.assertEqual(browser.post("/auth/refresh").status, 401, value)
        self.assertEqual(self.sql("SELECT count(*) FROM auth.tb_user"), "1")

    def test_signing_out_counts_for_access_tokens_on_every_server(self):
        other = self.serve()
        browser = self.sign_in(self.server)
        there = Browser(other)
        there.cookies = dict(browser.cookies)
        self.assertEqual(there.graphql("{ __typename }").status, 200)
        self.assertEqual(browser.post("/auth/logout").status, 200)
        self.is_refused(there)

    def test_sessions_are_listed_and_revoked(self):
        one, two, three = (self.sign_in(self.server) for _ in range(3))
        listed = json.loads(one.send("GET", "/auth/sessions").text)
        self.assertEqual([each["isCurrent"] for each in listed].count(True), 1)
        self.assertEqual(len(listed), 3)
        victim = json.loads(two.send("GET", "/auth/sessions").text)
        number = next(each["id"] for each in victim if each["isCurrent"])
        self.assertEqual(one.send("DELETE", "/auth/sessions/" + number).status, 200)
        self.assertEqual(one.send("DELETE", "/auth/sessions/" + number).status, 404)
        self.assertEqual(one.send("DELETE", "/auth/sessions/x'y").status, 404)
        self.is_refused(two)
        self.assertEqual(one.graphql("{ __typename }").status, 200)
        self.assertEqual(one.send("DELETE", "/auth/sessions").status, 200)
        self.is_refused(three)
        self.assertEqual(two.post("/auth/refresh").status, 401)
        self.sign_in(self.server)

    def test_sessions_of_others_are_out_of_reach(self):
        self.sign_up(self.server, "eve@x.org")
        ann, eve = self.sign_in(self.server), self.sign_in(self.server, "eve@x.org")
        number = json.loads(ann.send("GET", "/auth/sessions").text)[0]["id"]
        self.assertEqual(len(json.loads(eve.send("GET", "/auth/sessions").text)), 1)
        self.assertEqual(eve.send("DELETE", "/auth/sessions/" + number).status, 404)
        self.assertEqual(eve.send("DELETE", "/auth/sessions").status, 200)
        self.assertEqual(ann.post("/auth/refresh").status, 200)

    def test_changes_in_the_database_end_sessions(self):
        for change in ("SELECT auth.revoke_all(id) FROM auth.tb_user",
                       "SELECT auth.revoke_all(NULL)",
                       "UPDATE auth.tb_user SET not_before = clock_timestamp()",
                       "UPDATE auth.tb_user SET is_active = false",
                       "DELETE FROM auth.tb_user"):
            self.sql("UPDATE auth.tb_user SET is_active = true")
            browser = self.sign_in(self.server)
            self.sql(change)
            self.is_refused(browser)
            self.assertEqual(browser.post("/auth/refresh").status, 401, change)

    def test_where_the_list_of_revoked_sessions_is_old_no_session_counts(self):
        browser = self.sign_in(self.server)
        self.sql("REVOKE EXECUTE ON FUNCTION auth.revoked_sessions FROM api")
        wait_until(lambda: browser.graphql("{ __typename }").status == 503, "doubt")
        self.sql("GRANT EXECUTE ON FUNCTION auth.revoked_sessions TO api")
        wait_until(lambda: browser.graphql("{ __typename }").status == 200, "certainty")

    def test_access_tokens_are_signed(self):
        browser = self.sign_in(self.server)
        head, claims, signature = browser.cookies[ACCESS].split(".")
        none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
        for token in (f"{none}.{claims}.", f"{head}.{claims}.", f"{head}.{claims}.{signature}A",
                      f"{head}.{claims[:-2]}AA.{signature}"):
            browser.cookies[ACCESS] = token
            self.assertEqual(browser.graphql("{ __typename }").status, 401, token)


class Passwords(Product):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.sign_up(self.server)

    def test_a_reset_needs_the_mail_and_works_once(self):
        session = self.sign_in(self.server)
        browser = Browser(self.server)
        known = browser.post("/auth/forgot-password", email="ann@x.org")
        unknown = browser.post("/auth/forgot-password", email="nobody@x.org")
        self.assertEqual((known.status, known.text), (unknown.status, unknown.text))
        kind, token = self.mail("ann@x.org")
        self.assertEqual(kind, "password_reset")
        reset = {"token": token, "password": "another long password"}
        self.assertEqual(browser.post("/auth/verify-address", token=token).status, 400)
        self.assertEqual(browser.post("/auth/reset-password", **reset | {"token": "x"}).status, 400)
        self.assertEqual(browser.post("/auth/reset-password", **reset).status, 200)
        self.assertEqual(browser.post("/auth/reset-password", **reset).status, 400)
        self.is_refused(session)
        old = browser.post("/auth/login", email="ann@x.org", password=PASSWORD)
        self.assertEqual(old.status, 401)
        self.sign_in(self.server, password="another long password")

    def test_a_mail_is_given_out_again_with_another_token(self):
        Browser(self.server).post("/auth/forgot-password", email="ann@x.org")
        claim = "SELECT token FROM auth.claim_messages(p_lease => '0')"
        first, second = self.sql(claim), self.sql(claim)
        self.assertNotEqual(first, second)
        self.assertEqual(len(second), 64)
        self.sql("UPDATE auth.tb_mailed_token SET expires_at = now() - interval '1 second'")
        answer = Browser(self.server).post("/auth/reset-password", token=second,
                                           password="another long password")
        self.assertEqual(answer.status, 400)

    def test_mailboxes_are_not_filled(self):
        for _ in range(10):
            self.assertEqual(Browser(self.server).post(
                "/auth/forgot-password", email="ann@x.org").status, 202)
        self.assertLessEqual(int(self.sql("SELECT count(*) FROM auth.tb_message")), 3)

    def test_whoever_registers_a_known_address_learns_nothing(self):
        browser = Browser(self.server)
        before = self.hashes(self.server)
        answers = {browser.post("/auth/register", email=email, password="attacker's own").text
                   for email in ("ann@x.org", "new@x.org")}
        self.assertEqual(len(answers), 1)
        self.assertEqual(self.hashes(self.server), before + 2)
        logins = {browser.post("/auth/login", email=email, password="attacker's own").text
                  for email in ("ann@x.org", "new@x.org")}
        self.assertEqual(len(logins), 1)
        self.assertEqual(self.mail("ann@x.org"), ("registered_again", ""))
        self.sign_in(self.server)

    def test_the_last_to_register_is_the_one_that_a_mail_vouches_for(self):
        browser = Browser(self.server)
        browser.post("/auth/register", email="carl@x.org", password="attacker's own")
        self.mail("carl@x.org")
        browser.post("/auth/register", email="carl@x.org", password=PASSWORD)
        _, token = self.mail("carl@x.org")
        browser.post("/auth/verify-address", token=token)
        self.sign_in(self.server, "carl@x.org")
        # Once verified, nobody can register the account away.
        browser.post("/auth/register", email="carl@x.org", password="attacker's own")
        self.sign_in(self.server, "carl@x.org")

    def test_every_refusal_does_the_same_work(self):
        self.sql("INSERT INTO auth.tb_user (email) VALUES ('without@x.org')")
        self.sql("""INSERT INTO auth.tb_user (email, password_hash, is_pending)
                    SELECT 'pending@x.org', password_hash, true FROM auth.tb_user LIMIT 1""")
        browser = Browser(self.server)
        texts = set()
        for email, password in (("ann@x.org", "wrong password"), ("nobody@x.org", PASSWORD),
                                ("without@x.org", PASSWORD), ("pending@x.org", "wrong password"),
                                ("pending@x.org", PASSWORD)):
            before = self.hashes(self.server)
            answer = browser.post("/auth/login", email=email, password=password)
            texts.add((answer.status, answer.text))
            self.assertEqual(self.hashes(self.server), before + 1, email)
        self.assertEqual(len(texts), 1)

    def test_a_disabled_account_is_told_to_its_owner_only(self):
        self.sql("UPDATE auth.tb_user SET is_active = false")
        browser = Browser(self.server)
        answer = browser.post("/auth/login", email="ann@x.org", password=PASSWORD)
        self.assertEqual(answer.status, 403)
        answer = browser.post("/auth/login", email="ann@x.org", password="wrong password")
        self.assertEqual(answer.status, 401)


class Lockout(Product):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.sign_up(self.server)

    def guess(self, email="ann@x.org", password="wrong password"):
        return Browser(self.server).post("/auth/login", email=email, password=password)

    def test_guessing_at_an_account_waits_longer_each_time(self):
        for email in ("ann@x.org", "nobody@x.org"):
            statuses = [self.guess(email).status for _ in range(6)]
            self.assertEqual(statuses, [401] * 5 + [429], email)
        locked = self.guess(password=PASSWORD)
        self.assertEqual((locked.status, locked.headers["Retry-After"]), (429, "1"))
        waits = []
        for _ in range(4):
            self.sql("UPDATE auth.tb_attempt SET locked_until = '-infinity'")
            self.guess()
            waits.append(round(float(self.sql(
                "SELECT extract(epoch FROM locked_until - last_at) FROM auth.tb_attempt "
                "WHERE kind = 'account' AND subject = 'ann@x.org'"))))
        self.assertEqual(waits, [2, 4, 8, 16])
        self.sql("UPDATE auth.tb_attempt SET failures = 1000, locked_until = '-infinity'")
        self.guess()
        self.assertEqual(self.guess().headers["Retry-After"], "900")

    def test_guesses_at_once_are_counted_before_they_are_compared(self):
        before = self.hashes(self.server)
        with concurrent.futures.ThreadPoolExecutor(16) as threads:
            statuses = list(threads.map(lambda _: self.guess().status, range(40)))
        self.assertLessEqual(statuses.count(401), 6)
        self.assertEqual(self.hashes(self.server) - before, statuses.count(401))

    def test_the_right_password_ends_the_count(self):
        for _ in range(4):
            self.guess()
        self.sign_in(self.server)
        self.assertEqual([self.guess().status for _ in range(5)], [401] * 5)

    def test_an_address_that_tries_many_accounts_waits_too(self):
        statuses = [self.guess(f"user{i}@x.org").status for i in range(25)]
        self.assertEqual(statuses[:20], [401] * 20)
        self.assertIn(429, statuses)
        # An account of one's own does not win guesses back.
        self.sql("UPDATE auth.tb_attempt SET locked_until = '-infinity'")
        self.sign_in(self.server)
        failures = self.sql("SELECT failures FROM auth.tb_attempt WHERE kind = 'address'")
        self.assertGreaterEqual(int(failures), 20)


class CrossSite(Product):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.sign_up(self.server)
        self.browser = self.sign_in(self.server)

    def written(self):
        return int(self.sql("SELECT count(*) FROM tb_log"))

    def test_cookies_count_only_for_pages_of_this_origin(self):
        write = "mutation { write { result } }"
        own = f"http://127.0.0.1:{self.server.port}"
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"},
                        {"Origin": own, "Sec-Fetch-Site": "cross-site"},
                        {"Origin": own, "Sec-Fetch-Site": "same-site"},
                        {"Origin": own + ".evil.example"}):
            answer = self.browser.graphql(write, **headers)
            self.assertEqual(answer.status, 403, headers)
        self.browser.origin = None
        self.assertEqual(self.browser.graphql(write).status, 403)
        self.assertEqual(self.written(), 0)
        self.assertEqual(self.browser.graphql(write, Origin=own).status, 200)
        self.assertEqual(self.written(), 1)
        self.server.wait_for_log('"event":"auth.origin_refused"')

    def test_no_page_signs_anybody_in_or_out(self):
        foreign = Browser(self.server, "https://evil.example")
        answer = foreign.post("/auth/login", email="ann@x.org", password=PASSWORD)
        self.assertEqual(answer.status, 403)
        self.assertIsNone(answer.headers["Set-Cookie"])
        foreign.cookies = dict(self.browser.cookies)
        for path in ("/auth/logout", "/auth/refresh"):
            self.assertEqual(foreign.post(path).status, 403, path)
            self.assertEqual(foreign.send("GET", path).status, 405, path)
        self.assertEqual(foreign.send("DELETE", "/auth/sessions").status, 403)
        self.assertEqual(self.browser.post("/auth/refresh").status, 200)

    def test_a_get_request_writes_nothing(self):
        answer = self.browser.send("GET", "/graphql?query=mutation%7Bwrite%7Bresult%7D%7D")
        self.assertEqual(answer.status, 405, answer.text)
        self.assertEqual(self.written(), 0)

    def test_a_header_comes_before_the_cookie_and_several_cookies_are_none(self):
        answer = self.browser.graphql("{ __typename }", Authorization="Bearer x.y.z")
        self.assertEqual(answer.status, 401)
        mine = f"{ACCESS}={self.browser.cookies[ACCESS]}"
        self.browser.cookies = {}
        answer = self.browser.graphql("mutation { write { result } }", Cookie=f"{mine}; {mine}")
        self.assertEqual(json.loads(answer.text)["data"]["write"]["result"], "")


class TrustedOrigins(Product):
    options = ("--cors-origin", "https://app.example", "--cors-credentials")

    def test_listed_pages_may_use_the_cookies(self):
        server = self.serve()
        self.sign_up(server)
        page = Browser(server, "https://app.example")
        answer = page.post("/auth/login", email="ann@x.org", password=PASSWORD)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Access-Control-Allow-Credentials"], "true")
        self.assertEqual(page.graphql("mutation { write { result } }").status, 200)
        preflight = page.send("OPTIONS", "/auth/sessions",
                              **{"Access-Control-Request-Method": "DELETE"})
        self.assertIn("DELETE", preflight.headers["Access-Control-Allow-Methods"])
        other = Browser(server, "https://evil.example")
        other.cookies = page.cookies
        self.assertEqual(other.graphql("mutation { write { result } }").status, 403)

if __name__ == "__main__":
    unittest.main()
