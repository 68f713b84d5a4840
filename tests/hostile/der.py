# SPDX-License-Identifier: Apache-2.0
"""Certificates that no CA would make: DER written by hand, so that names may hold any byte, signed by the openssl command."""
import base64
import os
import subprocess


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def sequence(*parts):
    return der(0x30, *parts)


def integer(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def oid(text):
    first, second, *rest = (int(arc) for arc in text.split("."))
    out = bytes([40 * first + second])
    for arc in rest:
        group = [arc & 127]
        while arc := arc >> 7:
            group.append(arc & 127 | 128)
        out += bytes(reversed(group))
    return der(6, out)


def name(raw, tag=0x0C):
    """A name of one commonName; the tag says UTF8String whether or not the bytes are UTF-8."""
    return sequence(der(0x31, sequence(oid("2.5.4.3"), der(tag, raw))))


def extension(number, value, critical=False):
    return sequence(oid(number), *([der(1, b"\xff")] if critical else []), der(4, value))


def dns_names(raws):
    return extension("2.5.29.17", sequence(*(der(0x82, raw) for raw in raws)))


def basic_constraints_ca():
    return extension("2.5.29.19", sequence(der(1, b"\xff")), True)


def ca_issuers(url):
    return extension("1.3.6.1.5.5.7.1.1", sequence(sequence(oid("1.3.6.1.5.5.7.48.2"), der(0x86, url))))


def ocsp_responder(url):
    return extension("1.3.6.1.5.5.7.1.1", sequence(sequence(oid("1.3.6.1.5.5.7.48.1"), der(0x86, url))))


def rsa_public_key(modulus, exponent=65537):
    return sequence(sequence(oid("1.2.840.113549.1.1.1"), b"\x05\x00"), der(3, b"\0" + sequence(integer(modulus), integer(exponent))))


SHA256_RSA = sequence(oid("1.2.840.113549.1.1.11"), b"\x05\x00")


class Key:
    """An RSA key in a file, made once."""

    def __init__(self, folder, label):
        self.path = os.path.join(folder, f"{label}.key")
        subprocess.run(["openssl", "genrsa", "-out", self.path, "2048"], check=True, capture_output=True)
        self.public = subprocess.run(["openssl", "rsa", "-in", self.path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout

    def sign(self, data):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path], input=data, check=True, capture_output=True).stdout


def certificate(subject, issuer, signer, public, extensions=(), serial=1, signature=None):
    """DER of a certificate valid from 2020 to 2049; `signature` instead of the signer's costs nothing."""
    validity = sequence(der(0x17, b"200101000000Z"), der(0x17, b"491231235959Z"))
    body = sequence(der(0xA0, integer(2)), integer(serial), SHA256_RSA, issuer, validity, subject, public,
                    *([der(0xA3, sequence(*extensions))] if extensions else []))
    return sequence(body, SHA256_RSA, der(3, b"\0" + (signature or signer.sign(body))))


def pem(raw):
    return "-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(raw).decode() + "-----END CERTIFICATE-----\n"
