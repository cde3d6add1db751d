"""A local stand-in for Zid: its API, its dashboard and a storefront, with real state.

Run it with `python -m tests.zid_sandbox`. The contract is openapi.yaml beside this file, what
surprises stands in NOTES.md. It never imports loyaltyadmin: two sides that share code would
share their mistakes.
"""
