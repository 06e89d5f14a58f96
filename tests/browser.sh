#!/bin/sh
# Makes sure that there is a browser for the tests: the one that is there, else Debian's, else Playwright's own.
# $1: the python that has playwright.
set -u
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
"$1" -c 'from playwright.sync_api import sync_playwright as play
import os, sys
with play() as p: sys.exit(not os.path.exists(p.chromium.executable_path))' 2>/dev/null && exit 0
if command -v apt-get >/dev/null 2>&1; then
    as_root=""
    [ "$(id -u)" = 0 ] || as_root="sudo"
    $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium && exit 0
    echo "failed: $as_root apt-get install chromium; trying playwright's own download" >&2
fi
"$1" -m playwright install --with-deps chromium && exit 0
echo "failed: $1 -m playwright install --with-deps chromium" >&2
echo "The tests need a Chromium: install one as 'chromium' on the PATH and run make test again." >&2
exit 1
