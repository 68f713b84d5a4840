#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""markup_check.py FILE…: pages (.html) are whole, closed and load and run nothing; test reports (.junit) are as CI systems read them."""
import html.parser
import sys
import xml.etree.ElementTree as xml

VOID = {"meta", "br", "hr", "img", "link", "input"}
LOADS = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping", "style"}
FOREIGN = {"script", "iframe", "object", "embed", "img", "link", "form", "base", "svg", "math", "template"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids, self.links, self.levels = [], [], [], [], []
        self.title, self.lang, self.policy, self.headers, self.columns = "", None, "", [], 0

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag in FOREIGN:
            self.faults.append(f"an element {tag}")
        for name, value in attrs:
            if name in LOADS or name.startswith("on"):
                self.faults.append(f"an attribute {name} of {tag}")
            if name == "id":
                self.ids.append(value)
            if name == "href":
                self.links.append(value)
        if tag == "th":
            self.columns += 1
        if tag == "html":
            self.lang = attributes.get("lang")
        if attributes.get("http-equiv") == "Content-Security-Policy":
            self.policy = attributes.get("content", "")
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.levels.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] == "th":
            self.headers.append(data)
        if self.open and self.open[-1] == "title":
            self.title += data
        if self.open and self.open[-1] == "style" and ("url(" in data or "@import" in data):
            self.faults.append("the style loads something")


def page(text):
    it = Page()
    it.feed(text)
    it.close()
    faults = it.faults
    faults += [f"{tag} is not closed" for tag in it.open]
    faults += [f"id {each} twice" for each in set(it.ids) if it.ids.count(each) > 1]
    faults += [f"{each} leads nowhere" for each in it.links if not (each.startswith("#") and each[1:] in it.ids)]
    faults += [f"a heading of level {b} below one of {a}" for a, b in zip(it.levels, it.levels[1:]) if b > a + 1]
    if it.levels.count(1) != 1:
        faults.append("not one heading of level 1")
    if it.columns != len(it.headers):
        faults.append("a column without a title")
    if not it.title.strip() or not it.lang:
        faults.append("no title or language")
    if not it.policy.startswith("default-src 'none'"):
        faults.append("no policy that forbids everything")
    return faults


SUITE = {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}


def numbers(element, cases, faults):
    for name, tags in (("tests", None), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        if name not in element.attrib:
            continue
        found = len(cases) if tags is None else sum(1 for case in cases if case.find(tags) is not None)
        if int(element.get(name)) != found:
            faults.append(f"{element.tag} says {name}={element.get(name)} and has {found}")
    if float(element.get("time")) < 0:
        faults.append("a negative time")


def tests(text):
    faults = []
    root = xml.fromstring(text.encode())
    if root.tag != "testsuites" or set(root.attrib) != {"name", "tests", "failures", "errors", "time"}:
        faults.append("the root is no testsuites as it should be")
    numbers(root, list(root.iter("testcase")), faults)
    if not list(root.iter("testcase")):
        faults.append("no test")
    for suite in root:
        if suite.tag != "testsuite" or not set(suite.attrib) <= SUITE or not suite.get("name"):
            faults.append(f"an odd suite: {suite.tag} {suite.attrib}")
        numbers(suite, list(suite), faults)
        for case in suite:
            if case.tag != "testcase" or set(case.attrib) != {"classname", "name", "time"} or not case.get("name"):
                faults.append(f"an odd case: {case.tag} {case.attrib}")
            if len(case) > 1 or any(each.tag not in ("failure", "error", "skipped", "system-out") for each in case):
                faults.append("a case has more than one outcome")
            for each in case:
                if each.tag in ("failure", "error") and (not each.get("type") or not each.get("message", "").startswith(each.get("type") + ": ")):
                    faults.append(f"a failure does not begin with its id: {each.attrib}")
    return faults


def main() -> int:
    wrong = 0
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8", newline="") as file:
            text = file.read()
        for fault in page(text) if path.endswith(".html") else tests(text):
            wrong += 1
            print(f"{path}: {fault}", file=sys.stderr)
    broken = page("<html><h2 onclick=x><a href='http://x/'><script></script></h2>")
    if len(broken) < 7:
        wrong += 1
        print(f"a bad page has too few faults: {broken}", file=sys.stderr)
    if not tests("<testsuites name='a' tests='2' failures='0' errors='0' time='0'><testsuite name='b' tests='0' time='0'/></testsuites>"):
        wrong += 1
        print("a bad test report has no fault", file=sys.stderr)
    print(f"{len(sys.argv) - 1} documents, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
