// SPDX-License-Identifier: MIT
// Parse and validate, the two steps that every new document takes: Google Benchmark, or with
// --compare one JSON line for bench/graphql_compare.mjs.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>

#include "graphql/parser.hpp"
#include "graphql/validate.hpp"

namespace {

using namespace fraiseql;

std::string read_file(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        std::cerr << "cannot read " << path << '\n';
        std::exit(1);
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

const std::string& document_text() {
    static const std::string text = read_file(FRAISEQL_BENCH_FOLDER "/graphql/query.graphql");
    return text;
}

const graphql::Schema& schema() {
    static const auto built =
        graphql::build_schema(read_file(FRAISEQL_BENCH_FOLDER "/graphql/schema.graphql"));
    if (!built) {
        std::cerr << to_string(built.error()) << '\n';
        std::exit(1);
    }
    return **built;
}

/// Parses and validates once; ends the program where the document is not valid.
void parse_and_validate() {
    Arena arena;
    const auto document = graphql::parse(document_text(), arena);
    if (!document || !graphql::validate(schema(), *document).empty()) {
        std::cerr << "the benchmark's document is not valid\n";
        std::exit(1);
    }
}

void parse(benchmark::State& state) {
    for (auto round : state) {
        Arena arena;
        benchmark::DoNotOptimize(graphql::parse(document_text(), arena));
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * document_text().size()));
}
BENCHMARK(parse);

void validate(benchmark::State& state) {
    Arena arena;
    const auto document = graphql::parse(document_text(), arena).value();
    for (auto round : state)
        benchmark::DoNotOptimize(graphql::validate(schema(), document));
}
BENCHMARK(validate);

void parse_then_validate(benchmark::State& state) {
    for (auto round : state)
        parse_and_validate();
}
BENCHMARK(parse_then_validate);

/// Prints the microseconds of one parse and validation, the best of several runs.
int compare() {
    double best = 1e9;
    parse_and_validate();
    for (int run = 0; run < 20; ++run) {
        constexpr int kRounds = 2000;
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < kRounds; ++i)
            parse_and_validate();
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - start;
        best = std::min(best, took.count() / kRounds);
    }
    std::printf("{\"microseconds\": %.3f}\n", best);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1 && std::string_view(argv[1]) == "--compare") return compare();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
