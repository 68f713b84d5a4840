# SPDX-License-Identifier: Apache-2.0
"""A visit by Python's ssl: visit.py '{"address":…,"port":…,"name":…,"trust":…}'"""
import json
import socket
import ssl
import sys

how = json.loads(sys.argv[1])
context = ssl.create_default_context(cafile=how.get("trust"))
for key, field in (("min", "minimum_version"), ("max", "maximum_version")):
    if how.get(key):
        setattr(context, field, getattr(ssl.TLSVersion, how[key]))
if how.get("alpn"):
    context.set_alpn_protocols(how["alpn"].split(","))
if how.get("ciphers"):
    context.set_ciphers(how["ciphers"])
if how.get("cert"):
    context.load_cert_chain(how["cert"], how["key"])
try:
    with socket.create_connection((how["address"], how["port"]), 5) as plain:
        plain.settimeout(5)
        with context.wrap_socket(plain, server_hostname=how["name"]) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\nHost: lab\r\n\r\n")
            connection.recv(100)
            print("CONNECTION ESTABLISHED")
except OSError as error:
    print(f":error: {error}")
