# SPDX-License-Identifier: Apache-2.0
"""Visits each URL and prints, after its mark, the traceback as programs print it."""
import sys
import traceback
import urllib.request

for url in sys.argv[1:]:
    print("=== " + url)
    try:
        urllib.request.urlopen(url, timeout=5).read()
        print("fine")
    except Exception:  # noqa: BLE001 - whatever it is, it is printed
        traceback.print_exc(file=sys.stdout)
