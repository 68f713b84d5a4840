# SPDX-License-Identifier: Apache-2.0
"""The lab: real TLS servers on loopback, each broken in one way, and what whytls has to say about it."""
