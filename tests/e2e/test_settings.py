# SPDX-License-Identifier: MIT
"""Where settings come from, which source wins, and what is refused."""
import json
import os
import pathlib
import tempfile
import unittest

from product import run

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "reference" / "settings.md"


class Settings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, text, name="shop.toml"):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def config(self, *arguments, **variables):
        """Returns {setting: (value, origin)} as `fraiseql config` has it."""
        result = run("config", "--format", "json", *arguments, cwd=self.folder,
                     env=os.environ | variables)
        self.assertEqual(result.returncode, 0, result.stderr)
        return {name: (each["value"], each["origin"])
                for name, each in json.loads(result.stdout).items()}

    def refusal(self, *arguments, command=("serve", "--database", "postgres:///nowhere"),
                **variables):
        result = run(*command, *arguments, cwd=self.folder, env=os.environ | variables)
        self.assertGreater(result.returncode, 0)
        return result.stderr

    def test_command_line_before_environment_before_file(self):
        path = self.write('workers = 2\ntimeout = 3\nmax-body-bytes = 4096\n')
        shown = self.config("--config", path, "--workers", "5", FRAISEQL_WORKERS="6",
                            FRAISEQL_TIMEOUT="7")
        self.assertEqual(shown["workers"], ("5", "command line"))
        self.assertEqual(shown["timeout"], ("7", "FRAISEQL_TIMEOUT"))
        self.assertEqual(shown["max-body-bytes"], ("4096", f"{path} line 3"))
        self.assertEqual(shown["plan-cache"], ("64", "default"))

    def test_choices_are_shown_by_name(self):
        shown = self.config("--environment", "production", "--log-format=json", "--metrics", "off",
                            FRAISEQL_FILTER_STYLE="suffix")
        self.assertEqual([shown[name][0] for name in
                          ("environment", "log-format", "metrics", "filter-style")],
                         ["production", "json", "off", "suffix"])

    def test_options_win_in_the_command_that_runs_too(self):
        # Other commands have the same options, and must not bring the variable back.
        said = self.refusal("--startup-wait", "0", DATABASE_URL="postgres:///elsewhere?host=/gone",
                            command=("serve", "--database", "postgres:///here?host=/chosen"))
        self.assertIn("/chosen/", said)
        self.assertNotIn("/gone/", said)

    def test_the_file_of_the_working_directory(self):
        self.write("workers = 2\n", "fraiseql.toml")
        self.assertEqual(self.config()["workers"], ("2", "fraiseql.toml line 1"))
        other = self.write("timeout = 9\n", "other.toml")
        shown = self.config(FRAISEQL_CONFIG=other)
        self.assertEqual(shown["workers"][1], "default")
        self.assertEqual(shown["timeout"][0], "9")

    def test_lists_and_flags(self):
        path = self.write('only-registered = true\npersisted-queries = false\n'
                          '[jwt]\nissuer = ["a", "b"]\n')
        shown = self.config("--config", path)
        self.assertEqual(shown["only-registered"][0], "true")
        self.assertEqual(shown["persisted-queries"][0], "false")
        self.assertEqual(shown["jwt-issuer"][0], "a,b")

    def test_passwords_are_not_shown(self):
        secret = self.folder / "url"
        secret.write_text("postgres://someone:pass%20word@db.example/shop\n")
        result = run("config", env=os.environ | {"DATABASE_URL_FILE": str(secret)})
        self.assertIn("password=****", result.stdout)
        self.assertIn("host=db.example", result.stdout)
        self.assertIn("DATABASE_URL_FILE", result.stdout)
        self.assertNotIn("word@", result.stdout)
        self.assertNotIn("pass%20", result.stdout)

    def test_no_secret_of_any_setting_is_shown(self):
        said = ""
        secrets = {"FRAISEQL_JWT_SECRET": "s3cret-of-tokens-that-is-long-enough",
                   "FRAISEQL_ADMIN_TOKEN": "s3cret-of-admins-that-is-long-enough",
                   "FRAISEQL_JWKS_URL": "a=https://me:s3cret@id.example/k,b=https://id.example",
                   "DATABASE_URL": "host=db password=s3cret sslpassword=s3cret",
                   "FRAISEQL_DIRECT_DATABASE": "postgres://me:s3cret@direct/shop",
                   "FRAISEQL_REPLICA": "host=a password=s3cret;postgres://me:s3cret@b/shop"}
        for form in ("text", "json"):
            said += run("config", "--format", form, env=os.environ | secrets).stdout
        self.assertNotIn("s3cret", said)
        self.assertIn("a=https://me:****@id.example/k,b=https://id.example", said)
        self.assertIn("password=**** sslpassword=****", said.replace(" host=db", ""))

    def test_what_is_no_setting_stops_the_start(self):
        path = self.write("timeout = 3\nworker = 2\n")
        self.assertIn('line 2: "worker" is no setting', self.refusal("--config", path))
        self.assertIn('Did you mean "workers"', self.refusal("--config", path))
        self.assertIn("FRAISEQL_WORKER,", self.refusal(FRAISEQL_WORKER="2"))
        self.assertIn("cannot be read", self.refusal("--config", str(self.folder / "away.toml")))
        self.assertIn("line 1, column", self.refusal("--config", self.write("= 3\n")))

    def test_a_value_out_of_range_says_where_it_is_set(self):
        path = self.write("workers = 999\n")
        said = self.refusal("--config", path)
        self.assertIn("--workers", said)
        self.assertIn(f"{path} line 1", said)
        self.assertIn("FRAISEQL_TIMEOUT", self.refusal(FRAISEQL_TIMEOUT="soon"))

    def test_settings_of_serving_do_not_disturb_other_commands(self):
        path = self.write('workers = 2\ndatabase = "postgres://u@127.0.0.1:1/shop"\n')
        said = self.refusal("--config", path, command=("schema",))
        self.assertIn("port 1", said)

    def test_the_reference_is_what_the_program_says(self):
        said = run("config", "--format", "markdown").stdout
        self.assertEqual(PAGE.read_text(), said,
                         "write it again: fraiseql config --format markdown")


if __name__ == "__main__":
    unittest.main()
