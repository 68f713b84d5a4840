# SPDX-License-Identifier: Apache-2.0
"""What every certificate of the lab is, as a table; pki.py makes them."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

HOST = "shop.lab.test"
SAN = f"DNS:{HOST},DNS:localhost,IP:127.0.0.1,IP:::1"
CA = ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign", "subjectKeyIdentifier=hash")
CA_AKI = (*CA, "authorityKeyIdentifier=keyid")
NO_IDS = ("subjectKeyIdentifier=none", "authorityKeyIdentifier=none")
IDS = ("subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid")
SERVER = "extendedKeyUsage=serverAuth"
USAGE = "keyUsage=critical,digitalSignature,keyEncipherment"


@dataclass(frozen=True)
class Recipe:
    subject: str
    issuer: str | None
    key: str
    extensions: tuple[str, ...] = ()
    start: float = -40  # days from now
    end: float = 365
    digest: str = "sha256"
    sigopt: tuple[str, ...] = ()
    patch: Callable[[bytes], bytes] | None = None  # a change to the finished DER
    resign: bool = True  # … whose signature is then made anew


def leaf(name: str = HOST, issuer: str | None = "int", key: str = "ec:P-256#leaf", san: str | None = SAN, usage: str | None = USAGE,
         eku: str | None = SERVER, more: tuple[str, ...] = (), identifiers: tuple[str, ...] = IDS, **rest: object) -> Recipe:
    lines = ["basicConstraints=critical,CA:FALSE", usage, eku, f"subjectAltName={san}" if san else None, *identifiers, *more]
    return Recipe(f"/CN={name}", issuer, key, tuple(line for line in lines if line), **rest)  # type: ignore[arg-type]


def authority(name: str, issuer: str | None, key: str, more: tuple[str, ...] = CA_AKI, **rest: object) -> Recipe:
    return Recipe(name if name.startswith("/") else f"/O=Whytls Lab/CN={name}", issuer, key, more, **rest)  # type: ignore[arg-type]


def client(name: str = "robot", issuer: str = "client-ca", eku: str = "extendedKeyUsage=clientAuth", key: str = "ec:P-256#client",
    **rest: object) -> Recipe:
    return leaf(name, issuer, key, san=None, usage="keyUsage=critical,digitalSignature", eku=eku, **rest)


def repeat_extension(der: bytes) -> bytes:
    """2.5.29.99 becomes 2.5.29.37, so that extendedKeyUsage stands there twice (RFC 5280 4.2 forbids it)."""
    return der.replace(bytes.fromhex("0603551d63"), bytes.fromhex("0603551d25"))


def flip_signature(der: bytes) -> bytes:
    return der[:-3] + bytes([der[-3] ^ 0x55]) + der[-2:]


def truncate_names(der: bytes) -> bytes:
    """The inner length of the subject alternative name runs past its extension (OID 2.5.29.17)."""
    at = der.index(bytes.fromhex("0603551d11"))
    sequence = der.index(b"\x30", at + 5)
    return der[:sequence + 1] + bytes([0x7F]) + der[sequence + 2:]


def bad_version(der: bytes) -> bytes:
    """Version 1 (0) with extensions, which RFC 5280 4.1.2.9 forbids."""
    at = der.index(bytes.fromhex("a003020102"))
    return der[:at + 4] + b"\x00" + der[at + 5:]


def many_names(count: int) -> str:
    return SAN + "".join(f",DNS:host-{n:04d}.a-rather-long-domain-name.lab.test" for n in range(count))


MUST_STAPLE = ("tlsfeature=status_request",)
RSA, RSA_CA = "rsa:2048#leaf", "rsa:2048#ca"

CERTIFICATES: dict[str, Recipe] = {
    # authorities
    "root": authority("Lab Root", None, "ec:P-256#root", CA, start=-400, end=3650),
    "int": authority("Lab Intermediate", "root", "ec:P-256#int", start=-300, end=1800),
    "root-rsa": authority("Lab Root RSA", None, "rsa:2048#root", CA, start=-400, end=3650),
    "int-rsa": authority("Lab Intermediate RSA", "root-rsa", RSA_CA, start=-300, end=1800),
    "alien-root": authority("/O=Somebody Else/CN=Private Root", None, "ec:P-256#alien", CA),
    "alien-int": authority("/O=Somebody Else/CN=Private Issuing CA", "alien-root", "ec:P-256#alien-int"),
    "client-ca": authority("Lab Client CA", None, "ec:P-256#client-ca", CA),
    # two hierarchies for the cross-signed: the old root is trusted by old clients, the new one by new ones
    "new-root": authority("Lab New Root", None, "ec:P-256#new-root", CA),
    "new-root-cross": authority("Lab New Root", "root", "ec:P-256#new-root"),
    "new-root-cross-expired": authority("Lab New Root", "old-root-expired", "ec:P-256#new-root", start=-2000, end=-10),
    "old-root-expired": authority("Lab Old Root", None, "ec:P-256#old-root", CA, start=-4000, end=-10),
    "new-int": authority("Lab New Intermediate", "new-root", "ec:P-256#new-int"),
    "via-new": leaf(issuer="new-int"),
    # intermediates with one fault each
    "int-expired": authority("Lab Intermediate Expired", "root", "ec:P-256#int-x", start=-400, end=-3),
    "int-future": authority("Lab Intermediate Future", "root", "ec:P-256#int-f", start=30),
    "int-sha1": authority("Lab Intermediate SHA-1", "root-rsa", "rsa:2048#int-sha1", digest="sha1"),
    "int-weak": authority("Lab Intermediate 1024", "root-rsa", "rsa:1024#int"),
    "int-notca": authority("Lab Not A CA", "root", "ec:P-256#int-n", ("basicConstraints=critical,CA:FALSE", *IDS)),
    "int-nosign": authority("Lab No Signing", "root", "ec:P-256#int-k",
                            ("basicConstraints=critical,CA:TRUE", "keyUsage=critical,digitalSignature", *IDS)),
    "int-path0": authority("Lab Path Length Zero", "root", "ec:P-256#int-p0", ("basicConstraints=critical,CA:TRUE,pathlen:0", CA[1], *IDS)),
    "int-below": authority("Lab Below Path Length", "int-path0", "ec:P-256#int-p1"),
    "int-eku": authority("Lab Mail Only CA", "root", "ec:P-256#int-e", (*CA_AKI, "extendedKeyUsage=emailProtection")),
    "int-names": authority("Lab Constrained", "root", "ec:P-256#int-c", (*CA_AKI, "nameConstraints=critical,permitted;DNS:.other.test")),
    "int-excluded": authority("Lab Excluding", "root", "ec:P-256#int-ex", (*CA_AKI, "nameConstraints=critical,excluded;DNS:lab.test")),
    "int-critical": authority("Lab Odd", "root", "ec:P-256#int-o", (*CA_AKI, "1.3.6.1.4.1.55555.1=critical,DER:0500")),
    # one name, two keys: what was signed with the old key does not verify under the new certificate
    "int-old-key": authority("Lab Rekeyed", "root", "ec:P-256#int-old", (*CA[:2], *NO_IDS)),
    "int-new-key": authority("Lab Rekeyed", "root", "ec:P-256#int-new", (*CA[:2], *NO_IDS)),
    "int-old-key-ids": authority("Lab Rekeyed With Ids", "root", "ec:P-256#int-old"),
    "int-new-key-ids": authority("Lab Rekeyed With Ids", "root", "ec:P-256#int-new"),
    "int-aia": authority("Lab Behind AIA", "root", "ec:P-256#int-aia"),
    "int-allowed": authority("Lab Allowed", "root", "ec:P-256#int-a", (*CA_AKI, "nameConstraints=critical,permitted;DNS:lab.test,permitted;"
                                                                       "DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,permitted;"
                                                                       "IP:0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")),
    # an inspecting proxy's own authority
    "zscaler": authority("/O=Zscaler Inc./CN=Zscaler Intermediate Root CA (zscaler.net)", None, "ec:P-256#zs", CA),
    "fortinet": authority("/O=Fortinet/CN=FortiGate CA", None, "ec:P-256#fg", CA),
    # leaves without fault
    "good": leaf(),
    "rsa": leaf(issuer="int-rsa", key=RSA),
    "other-host": leaf("www.other.test", san="DNS:www.other.test,DNS:other.test", key="ec:P-256#other"),
    "by-root": leaf(issuer="root"),
    "other-by-root": leaf("www.other.test", issuer="root", san="DNS:www.other.test"),
    "p384": leaf(key="ec:P-384#leaf"),
    "p521": leaf(key="ec:P-521#leaf"),
    "ed25519": leaf(key="ed25519:#leaf", usage="keyUsage=critical,digitalSignature"),
    "ed448": leaf(key="ed448:#leaf", usage="keyUsage=critical,digitalSignature"),
    "pss": leaf(issuer="int-rsa", key="pss:2048#leaf", usage="keyUsage=critical,digitalSignature"),
    "pss-signed": leaf(issuer="int-rsa", key=RSA, sigopt=("rsa_padding_mode:pss", "rsa_pss_saltlen:32")),
    "rsa4096": leaf(issuer="int-rsa", key="rsa:4096#leaf"),
    "wildcard": leaf("*.lab.test", san="DNS:*.lab.test"),
    "address": leaf("loopback", san="IP:127.0.0.1,IP:::1"),
    "large": leaf(san=many_names(900), key="ec:P-256#large"),
    "huge": leaf(san=many_names(1500), key="ec:P-256#large"),
    "allowed": leaf(issuer="int-allowed"),
    "no-eku": leaf(eku=None, usage=None),
    "uncritical": leaf(more=("1.3.6.1.4.1.55555.2=DER:0500",)),
    "must-staple": leaf(more=MUST_STAPLE, key="ec:P-256#staple"),
    "aia-good": leaf(issuer="int-aia"),
    "trailing-case": leaf(san="DNS:SHOP.Lab.TEST"),
    # leaves with one fault each
    "expired": leaf(start=-400, end=-2),
    "expired-rsa": leaf(issuer="int-rsa", key=RSA, start=-400, end=-2),
    "future": leaf(start=20),
    "wrong-host": leaf("www.other.test", san="DNS:www.other.test"),
    "deep-wildcard": leaf("*.test", san="DNS:*.test"),
    "cn-only": leaf(san=None),
    "names-only": leaf(san=f"DNS:{HOST}"),
    "wrong-address": leaf(san="IP:192.0.2.7"),
    "self-signed": leaf(issuer=None, key="ec:P-256#self", identifiers=("subjectKeyIdentifier=hash",)),
    "self-signed-rsa": leaf(issuer=None, key="rsa:2048#self", identifiers=("subjectKeyIdentifier=hash",)),
    "self-signed-other": leaf("other.test", issuer=None, key="ec:P-256#self2", san="DNS:other.test", identifiers=()),
    "alien": leaf(issuer="alien-int"),
    "bad-signature": leaf(patch=flip_signature, resign=False),
    "rekeyed": leaf(issuer="int-old-key", identifiers=NO_IDS),
    "rekeyed-ids": leaf(issuer="int-old-key-ids"),
    "int-broken": authority("Lab Intermediate Broken", "root", "ec:P-256#int-b", patch=flip_signature, resign=False),
    "under-broken": leaf(issuer="int-broken"),
    "under-expired": leaf(issuer="int-expired"),
    "under-future": leaf(issuer="int-future"),
    "under-sha1": leaf(issuer="int-sha1", key=RSA),
    "under-weak": leaf(issuer="int-weak", key=RSA),
    "under-notca": leaf(issuer="int-notca"),
    "under-nosign": leaf(issuer="int-nosign"),
    "under-path": leaf(issuer="int-below"),
    "under-eku": leaf(issuer="int-eku"),
    "under-names": leaf(issuer="int-names"),
    "under-excluded": leaf(issuer="int-excluded"),
    "under-critical": leaf(issuer="int-critical"),
    "by-leaf": leaf("shop.lab.test", issuer="good", key="ec:P-256#by-leaf"),
    "eku-client": leaf(eku="extendedKeyUsage=clientAuth"),
    "eku-code": leaf(eku="extendedKeyUsage=codeSigning,emailProtection"),
    "usage-agree": leaf(usage="keyUsage=critical,keyCertSign"),
    "critical": leaf(more=("1.3.6.1.4.1.55555.1=critical,DER:0500",)),
    "weak-rsa": leaf(issuer="int-rsa", key="rsa:1024#leaf"),
    "weak-curve": leaf(key="ec:prime192v1#leaf"),
    "sha1": leaf(issuer="int-rsa", key=RSA, digest="sha1"),
    "md5": leaf(issuer="int-rsa", key=RSA, digest="md5"),
    "sha1-ecdsa": leaf(digest="sha1"),
    "broken-names": leaf(patch=truncate_names),
    "version1": leaf(patch=bad_version),
    "twice": leaf(more=("2.5.29.99=DER:300a06082b06010505070301",), patch=repeat_extension),
    # whose issuer can be asked: servers/authority.py puts its own addresses in
    "by-ocsp": leaf(more=("authorityInfoAccess=OCSP;URI:OCSP_URL",)),
    "by-ocsp-expired": leaf(more=("authorityInfoAccess=OCSP;URI:OCSP_URL",), start=-400, end=-2),
    "by-list": leaf(more=("crlDistributionPoints=URI:CRL_URL",)),
    "by-both": leaf(more=("authorityInfoAccess=OCSP;URI:OCSP_URL", "crlDistributionPoints=URI:CRL_URL")),
    "int-listed": authority("Lab Listed", "root", "ec:P-256#int-l", (*CA_AKI, "crlDistributionPoints=URI:ROOT_LIST_URL")),
    "int-answered": authority("Lab Answered", "root", "ec:P-256#int-an", (*CA_AKI, "authorityInfoAccess=OCSP;URI:ROOT_OCSP_URL")),
    "under-answered": leaf(issuer="int-answered"),
    "under-answered-both": leaf(issuer="int-answered", more=("authorityInfoAccess=OCSP;URI:OCSP_URL",)),
    "by-ocsp-second": leaf(more=("authorityInfoAccess=OCSP;URI:DEAD_URL,OCSP;URI:SLOW_URL,OCSP;URI:OCSP_URL",)),
    "by-list-second": leaf(more=("crlDistributionPoints=URI:DEAD_URL,URI:GARBAGE_URL,URI:CRL_URL",)),
    "under-listed": leaf(issuer="int-listed", more=("crlDistributionPoints=URI:CRL_URL",)),
    "staple-asked": leaf(more=(*MUST_STAPLE, "authorityInfoAccess=OCSP;URI:OCSP_URL"), key="ec:P-256#staple"),
    "responder": leaf("responder", key="ec:P-256#responder", san=None, usage="keyUsage=critical,digitalSignature",
                      eku="extendedKeyUsage=OCSPSigning", more=("noCheck=yes",)),
    "aia": leaf(issuer="int-aia", more=("authorityInfoAccess=caIssuers;URI:AIA_URL",)),
    "aia-ocsp": leaf(issuer="int-aia", more=("authorityInfoAccess=caIssuers;URI:AIA_URL,OCSP;URI:OCSP_URL",)),
    "aia-ldap": leaf(issuer="int-aia", more=("authorityInfoAccess=caIssuers;URI:ldap:///CN=Lab,caIssuers;URI:AIA_URL",)),
    "int-aia-namesake": authority("Lab Behind AIA", "root", "ec:P-256#namesake"),
    "int-aia-below": authority("Lab Two Behind AIA", "int-aia", "ec:P-256#int-aia2",
                               (*CA_AKI, "authorityInfoAccess=caIssuers;URI:AIA_TOP_URL")),
    "aia-deep": leaf(issuer="int-aia-below", more=("authorityInfoAccess=caIssuers;URI:AIA_URL",)),
    "zscaler-leaf": leaf(issuer="zscaler"),
    "fortinet-leaf": leaf(issuer="fortinet"),
    # client certificates
    "client": client(),
    "client-rsa": client(key="rsa:2048#client"),
    "client-expired": client(start=-400, end=-2),
    "client-future": client(start=20),
    "client-alien": client(issuer="alien-root"),
    "client-server-only": client(eku=SERVER),
    "client-revoked": client("dismissed"),
    "client-self": leaf("robot", None, "ec:P-256#client-self", san=None, eku="extendedKeyUsage=clientAuth", identifiers=()),
}

# What is sent, where it is not the leaf and the intermediate.
CHAINS: dict[str, tuple[str, ...]] = {
    **{name: (name, CERTIFICATES[name].issuer or "") for name in CERTIFICATES if CERTIFICATES[name].issuer not in (None, "root", "int")},
    **{name: (name,) for name in CERTIFICATES if CERTIFICATES[name].issuer in (None, "root")},
    "leaf-only": ("good",),
    "leaf-only-rsa": ("rsa",),
    "aia": ("aia",),
    "aia-deep": ("aia-deep",),
    "aia-ldap": ("aia-ldap",),
    "aia-ocsp": ("aia-ocsp",),
    "wrong-next": ("good", "new-int"),
    "wrong-next-root": ("good", "root"),
    "out-of-order": ("via-new", "root", "new-root-cross", "new-int"),
    "extra-root": ("good", "int", "root"),
    "extra-unrelated": ("good", "new-int", "int", "alien-int"),
    "leaf-twice": ("good", "good", "int"),
    "cross": ("via-new", "new-int", "new-root-cross"),
    "cross-expired": ("via-new", "new-int", "new-root-cross-expired"),
    "alien": ("alien", "alien-int"),
    "alien-root-sent": ("alien", "alien-int", "alien-root"),
    "under-path": ("under-path", "int-below", "int-path0"),
    "by-leaf": ("by-leaf", "good", "int"),
    "rekeyed": ("rekeyed", "int-new-key"),
    "rekeyed-ids": ("rekeyed-ids", "int-new-key-ids"),
    "long": ("good", "int", *(f"filler-{n}" for n in range(8))),
    "client": ("client",), "client-rsa": ("client-rsa",), "client-expired": ("client-expired",), "client-future": ("client-future",),
    "client-alien": ("client-alien",), "client-server-only": ("client-server-only",), "client-revoked": ("client-revoked",),
    "zscaler-leaf": ("zscaler-leaf", "zscaler"), "fortinet-leaf": ("fortinet-leaf", "fortinet"),
}
for _n in range(8):
    CERTIFICATES[f"filler-{_n}"] = authority(f"Filler {_n}", "alien-root", "ec:P-256#alien-int")

OAKLEY_GROUP_2 = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJRSgh5jjQE3e+V
GbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL/1y29Aa37e44a/taiZ+lrp8k
EXxLH+ZJKGZR7OZTgf//////////AgEC
-----END DH PARAMETERS-----
"""
