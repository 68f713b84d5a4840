# SPDX-License-Identifier: Apache-2.0
"""Real clients meet the lab's servers while an interface is watched."""
