# SPDX-License-Identifier: MIT
"""Services end in every way, and whoever waits hears of it: tests/programs/embedded.cpp."""
import unittest

import product

STOPPING = '503 {"errors":[{"message":"The server is stopping.","extensions":' \
           '{"code":"SERVICE_UNAVAILABLE"}}]}'


class Embedding(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = product.Database(sql="CREATE TABLE tb_note (id int PRIMARY KEY);")
        cls.addClassCleanup(cls.database.close)

    def lines(self, way):
        done = product.run(self.database.url, way, timeout=product.PATIENCE * 4,
                           binary=str(product.EXAMPLES / "program-embedded"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.splitlines()

    def test_several_threads_stop_it_at_once(self):
        self.assertEqual(self.lines("stop-at-once"), ["4", STOPPING])

    def test_what_is_dropped_is_answered(self):
        self.assertEqual(self.lines("drop"),
                         ['200 {"data":{"one":1}}', "dropped", STOPPING, STOPPING, STOPPING])

    def test_a_service_that_was_moved_from(self):
        self.assertEqual(self.lines("moved"), [
            '200 {"data":{"one":1}}', "0 1", "service::answer(): the service was moved from.",
            "service::answer(): there is nobody to call: done is null.", "in time"])

    def test_code_that_ends_the_service_that_runs_it(self):
        stops, ends, there, replaces = self.lines("of-itself")
        self.assertIn("service::stop() is called by what the service runs", stops)
        self.assertEqual((ends, there), ('200 {"data":{"endsItself":true}}', "0"))
        self.assertEqual(replaces, '200 {"data":{"replacesItself":true}}')

    def test_services_come_and_go(self):
        self.assertEqual(self.lines("often"), ["done"])

    def test_what_is_added_too_late(self):
        first, second, answer = self.lines("late")
        self.assertIn("it serves already", first)
        self.assertEqual((second, answer), (first, '200 {"data":{"one":1}}'))

    def test_settings_that_are_none_of_a_mounted_server(self):
        about_help, listen, unknown = self.lines("refused")
        self.assertEqual(about_help, "--help is for the command line.")
        self.assertIn("A mounted server listens nowhere", listen)
        self.assertIn("--workerz", unknown)


if __name__ == "__main__":
    unittest.main()
