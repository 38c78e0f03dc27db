# SPDX-License-Identifier: MIT
"""Sudden deaths under load: what was acknowledged is there exactly once, whatever was retried."""
import concurrent.futures
import http.client
import json
import os
import signal
import subprocess
import time
import unittest

import product

CLIENTS = 8
DURABLE = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"]
SCHEMA = """
CREATE TABLE tb_payment (pk_payment bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                         reference text NOT NULL, amount int NOT NULL);
CREATE TABLE tb_total (total bigint NOT NULL);
INSERT INTO tb_total VALUES (0);
CREATE VIEW v_payment AS SELECT pk_payment AS id,
    json_build_object('id', pk_payment, 'reference', reference, 'amount', amount) AS data
FROM tb_payment;
-- The table has no UNIQUE that would catch a second payment: the key alone does.
CREATE FUNCTION fn_pay(p_reference text, p_amount int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE v_key bigint;
BEGIN
    INSERT INTO tb_payment (reference, amount) VALUES (p_reference, p_amount)
    RETURNING pk_payment INTO v_key;
    UPDATE tb_total SET total = total + p_amount;
    RETURN v_key;
END $$;
COMMENT ON FUNCTION fn_pay IS '@returns Payment';
"""
PAY = "mutation Pay($reference: String!) { pay(reference: $reference, amount: 3) " \
      "{ id payment { reference } } }"


class Load:
    """Clients that pay until told to stop. Each sends a payment under its key until that is
    acknowledged, as a client does that was never told what became of it."""

    def __init__(self, server):
        self.server = server
        self.stopping = False
        self.acknowledged = {}
        self.retries = 0
        self.contradictions = []
        self.pool = concurrent.futures.ThreadPoolExecutor(CLIENTS)
        self.work = [self.pool.submit(self.pay, number) for number in range(CLIENTS)]

    def pay(self, client):
        payment = 0
        while not self.stopping:
            payment += 1
            self.settle(f"{client}-{payment}")

    def settle(self, reference):
        deadline = time.monotonic() + 2 * product.PATIENCE
        while time.monotonic() < deadline:
            answer = self.send(reference)
            if answer is not None:
                self.acknowledged[reference] = answer["id"]
                if answer["payment"] != {"reference": reference}:
                    self.contradictions.append((reference, answer))
                return
            self.retries += 1
            time.sleep(0.02)
        raise AssertionError(f"payment {reference} was never acknowledged")

    def send(self, reference):
        """Returns the payload, or None where nothing was acknowledged."""
        body = json.dumps({"query": PAY, "variables": {"reference": reference}})
        try:
            answer = json.loads(self.server.post(body, {"Idempotency-Key": reference}).text)
        except (OSError, http.client.HTTPException, ValueError):
            return None
        return (answer.get("data") or {}).get("pay")

    def wait_for(self, count):
        """Waits until `count` more payments are acknowledged."""
        wanted = len(self.acknowledged) + count
        product.wait_until(lambda: len(self.acknowledged) >= wanted or any(
            each.done() for each in self.work), f"{count} payments")

    def stop(self):
        self.stopping = True
        for each in self.work:
            each.result()
        self.pool.shutdown()


class SuddenDeaths(unittest.TestCase):
    def setUp(self):
        # Test clusters are quick rather than durable; this one has to keep its word.
        self.database = product.Database(sql=SCHEMA, settings=DURABLE)
        self.addCleanup(self.database.close)
        installed = product.run("db", "install", "idempotency", "--database", self.database.url)
        self.assertEqual(installed.returncode, 0, installed.stderr)
        self.server = product.Server(self.database.url)
        self.addCleanup(lambda: self.server.close())

    def ask(self, query):
        done = subprocess.run(["psql", self.database.url, "-XAtc", query], capture_output=True,
                              text=True, timeout=product.PATIENCE, check=True)
        return done.stdout.strip()

    def expect_each_once(self, load):
        """Every payment that a client knows of is there once, under the number it was told."""
        rows = [line.split("|") for line in self.ask(
            "SELECT reference, pk_payment FROM tb_payment").splitlines()]
        self.assertEqual(len(rows), len({reference for reference, _ in rows}), "paid twice")
        lost = load.acknowledged.items() - dict(rows).items()
        self.assertEqual(lost, set(), "acknowledged, but not there")
        self.assertEqual(len(rows), len(load.acknowledged), "there, but never acknowledged")
        self.assertEqual(self.ask("SELECT total FROM tb_total"), str(3 * len(rows)))
        self.assertEqual(load.contradictions, [])
        # The same once more: all answers are the stored ones, and nothing is paid again.
        for reference, number in list(load.acknowledged.items())[-20:]:
            self.assertEqual(load.send(reference), {"id": number,
                                                    "payment": {"reference": reference}})
        self.assertEqual(self.ask("SELECT count(*) FROM tb_payment"), str(len(rows)))

    def postmaster(self):
        return int((self.database.data / "postmaster.pid").read_text().split()[0])

    def kill_postgres(self):
        """SIGKILL for the postmaster and all that it started, as when a machine loses power."""
        postmaster = self.postmaster()
        children = [int(pid) for pid in self.ask(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").split()]
        os.kill(postmaster, signal.SIGKILL)
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def test_postgres(self):
        load = Load(self.server)
        for _ in range(2):
            load.wait_for(100)
            self.kill_postgres()
            if self.database.revived:
                self.database.revived.wait(product.PATIENCE)
            product.wait_until(self.start_again, "the start of PostgreSQL")
        load.wait_for(100)
        load.stop()
        self.assertGreater(load.retries, 0, "nobody noticed the deaths")
        self.expect_each_once(load)

    def start_again(self):
        """Whether PostgreSQL runs; tries to start it where it does not: it refuses to as long as
        processes of its former life are dying."""
        if self.database.revived is None or self.database.revived.poll() is not None:
            self.database.get_up()
        try:
            return self.ask("SELECT 1") == "1"
        except subprocess.CalledProcessError:
            return False

    def test_a_backend(self):
        load = Load(self.server)
        for _ in range(3):
            load.wait_for(100)
            victims = self.ask("SELECT pid FROM pg_stat_activity WHERE application_name = "
                               "'fraiseql' AND state <> 'idle' LIMIT 1").split()
            for victim in victims:
                os.kill(int(victim), signal.SIGKILL)
            load.wait_for(100)
        load.stop()
        self.assertGreater(load.retries, 0, "nobody noticed the deaths")
        self.expect_each_once(load)

    def test_the_server(self):
        load = Load(self.server)
        for _ in range(3):
            load.wait_for(100)
            self.server.process.send_signal(signal.SIGKILL)
            self.server.close()
            self.server = product.Server(self.database.url, port=self.server.port)
            load.server = self.server
        load.wait_for(100)
        load.stop()
        self.assertGreater(load.retries, 0, "nobody noticed the deaths")
        self.expect_each_once(load)


if __name__ == "__main__":
    unittest.main()
