#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reject co_await and co_yield forms that g++ 12 miscompiles: one per statement, on names only."""
import re
import sys

def blank(m):                       # erase comments and literals, keep offsets and newlines
    return re.sub(r'[^\n]', ' ', m[0])

def span(s, i):                     # index just past the bracket that s[i] opens
    depth = 0
    for j in range(i, len(s)):
        depth += (s[j] in '([{') - (s[j] in ')]}')
        if depth == 0:
            return j + 1
    return len(s)

def findings(src):
    for m in re.finditer(r'\b(?:if|while|switch|for)\s*\(', src):
        if 'co_await' in src[m.end():span(src, m.end() - 1)]:
            yield m.start(), 'in a condition or range'
    for m in re.finditer(r'(?<!operator )\bco_await\b', src):
        end = re.search(r'[;{\[]|\bco_await\b', src[m.end():])
        if end and end[0] != ';':
            yield m.start(), 'with a brace, lambda, subscript or second co_await after it'
        if re.search(r'\?|&&|\|\|', re.split(r'[;{}]', src[:m.start()])[-1]):
            yield m.start(), 'in a conditional expression'
    for m in re.finditer(r'\bco_yield\b', src):
        end = re.search(r'[;{\[]|\bco_await\b', src[m.end():])
        if end and end[0] != ';':
            yield m.start(), 'with a brace, lambda, subscript or co_await after it'


status = 0
for name in sys.argv[1:]:
    text = re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\])*"', blank, open(name).read(), flags=re.S)
    for at, why in sorted(set(findings(text))):
        print(f"{name}:{text.count(chr(10), 0, at) + 1}: {text[at:at + 8]} {why}")
        status = 1
sys.exit(status)
